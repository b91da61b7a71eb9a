// Watches the versions that are on trial, and says when one has failed.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/result.hpp"
#include "model/trial.hpp"

namespace slipway::lifecycle {

// A thread of its own, asleep while nothing is on trial. Thread-safe.
class TrialWatch {
 public:
  // Told once of a trial that has failed, by the thread: it must not wait for long. False: it could not be
  // dealt with now, and is told again soon.
  using Failed = std::function<bool(const std::shared_ptr<model::Trial>& trial)>;

  static Result<std::unique_ptr<TrialWatch>> start();
  ~TrialWatch();
  TrialWatch(const TrialWatch&) = delete;
  TrialWatch& operator=(const TrialWatch&) = delete;

  // A trial for a version that is about to take traffic.  [control]
  std::shared_ptr<model::Trial> begin(const model::TrafficPolicy& policy, Failed failed);
  // Nobody is told of it any more.  [control]
  void end(const std::shared_ptr<model::Trial>& trial);

 private:
  struct Watched {
    std::shared_ptr<model::Trial> trial;
    Failed failed;
  };

  explicit TrialWatch(std::shared_ptr<const Bell> bell) : bell_(std::move(bell)) {}
  void run();
  bool is_stopping();

  const std::shared_ptr<const Bell> bell_;
  std::mutex mutex_;  // of all below
  std::vector<Watched> watched_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace slipway::lifecycle
