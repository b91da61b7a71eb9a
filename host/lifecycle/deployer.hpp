// Brings bundles into service: from a folder on disk to a version that may be called, step by step. Whatever
// fails, fails before the swap; what serves is not touched by it.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/give_way.hpp"
#include "lifecycle/catalog.hpp"
#include "lifecycle/gate.hpp"
#include "lifecycle/gate_record.hpp"
#include "worker/worker_predictor.hpp"

namespace slipway::lifecycle {

// Makes what the routing table holds out of a version that passed its gates and the times of its warm calls;
// the layer above knows how.
using SlotFactory = std::function<std::shared_ptr<model::Slot>(std::unique_ptr<model::ModelVersion>,
                                                               const std::vector<Nanoseconds>&)>;

// Thread-safe: one version after the other. Where the calling thread gives way (base/give_way.hpp), so does
// what is done for it, up to the probe's process; but for what runs the model here, if that starts threads.
// [control]
class Deployer {
 public:
  // `overrides`: by the model's name. `response_limits`: of documents from worker processes.
  Deployer(Catalog& catalog, std::filesystem::path cache, SlotFactory make_slot,
           std::map<std::string, model::Overrides> overrides = {}, worker::ProbeOptions probe = {},
           document::Limits response_limits = {});

  struct Deployed {
    VersionId id = 0;
    std::string model;
    model::SemanticVersion version;
    std::string digest;  // of the bundle
    std::string passed;  // what has passed the probe and the gates; empty: nothing was tried, it had before
    Remembered bundle;   // what need not be read again, once it has passed
  };

  using Observer = std::function<void(model::State)>;

  // Takes the bundle through all states up to ready; `reached` is told of each. `digest` is the bundle's.
  // What has been remembered under it is neither probed nor gated again: it has passed here before. The error
  // says which step refused it, and why; the catalog lists the version as failed then, if its manifest could
  // be read.
  Result<Deployed> deploy(
      const std::filesystem::path& bundle, const std::string& digest,
      const Observer& reached = [](model::State) {});

  // Loads a version again that is asleep. The error says why it stays so; the catalog has it, too.
  Status wake(VersionId id);

  // The next time its bytes need not be tried: the caller is sure that those that were tried are those of the
  // digest.
  void remember(const Deployed& deployed) const;

 private:
  using Reached = std::function<void(model::State)>;
  // Golden cases that have passed before run again where nobody has compared the bundle with its digest.
  enum class Bundle { compared, not_compared };
  Result<std::shared_ptr<model::Slot>> bring_up(const std::string& digest, Bundle bundle, Candidate candidate,
                                                std::string& passed, const Reached& reached);
  enum class Pace { prompt, gives_way };
  static Pace pace_of_caller() { return gives_way() ? Pace::gives_way : Pace::prompt; }

  // Runs what calls the plugin on a thread that ends with it: nothing that the plugin leaves behind in a
  // thread can keep its library in memory.
  Status run_aside(Pace pace, const std::function<Status()>& work);
  void give_back(std::unique_ptr<model::ModelVersion> version);
  void tidy_cache();

  Catalog& catalog_;
  const std::filesystem::path cache_;
  const SlotFactory make_slot_;
  const std::map<std::string, model::Overrides> overrides_;
  const worker::ProbeOptions probe_;
  const document::Limits response_limits_;  // of models in worker processes
  const GateRecord gates_;
  ThreadStarter prompt_;     // for a caller that gives way
  std::mutex mutex_;         // one at a time
  unsigned until_tidy_ = 0;  // versions to deploy before the cache is looked after
};

}  // namespace slipway::lifecycle
