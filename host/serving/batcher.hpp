// Requests of one version that wait, predicted together: one call of the model for all of them.
#pragma once

#include <memory>
#include <vector>

#include "base/spares.hpp"
#include "model/inference.hpp"
#include "model/routing_table.hpp"
#include "serving/admission.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::serving {

class Pool;
class ServedVersion;

// A request that is predicted together with others. Everything but the prediction is its own affair.
class BatchTask : public Task {
 public:
  // Parses and validates the request. False: it has been answered, and is no part of the batch.
  virtual bool begin() noexcept = 0;
  virtual model::Call& call() noexcept = 0;  // between the two
  // The model has returned: validates, writes and answers.
  virtual void end() noexcept = 0;
};

// Thread-safe.
class Batcher {
 public:
  explicit Batcher(const model::Batching& batching) : most_(batching.size) {}

  // Works on `first`, which was given a place, together with what else waits at the version's admission,
  // whose tasks are all of this kind. `owner` keeps the version's slot.  [predict]
  void run(std::shared_ptr<BatchTask> first, const std::shared_ptr<model::Slot>& owner, Pool& pool) noexcept;

  // How many requests the batches had.
  const telemetry::SizeHistogram& sizes() const { return sizes_; }

 private:
  // What a batch needs; used again for the next one.
  struct Space {
    explicit Space(std::size_t most);
    std::vector<std::shared_ptr<Task>> tasks;
    std::vector<model::Call*> calls;
    std::vector<model::BatchItem> items;
  };

  void gather(Space& space, const std::shared_ptr<model::Slot>& owner, Pool& pool) noexcept;
  void predict(Space& space, model::ModelVersion& version) noexcept;

  const std::size_t most_;
  Spares<Space> spaces_;
  telemetry::SizeHistogram sizes_;
};

}  // namespace slipway::serving
