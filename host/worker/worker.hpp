// One worker, as the host sees it: from its start, step by step, to its end.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "document/limits.hpp"
#include "model/host_services.hpp"
#include "worker/call_client.hpp"
#include "worker/child.hpp"

namespace slipway::worker {

// What a worker is started with.
struct WorkerPlan {
  std::string model;  // and version, for the log
  std::string version;
  std::filesystem::path program = "/proc/self/exe";  // tests are not `slipway`, and name it
  Task task;
  const plugin::StoredLibrary* plugin = nullptr;
  document::Limits limits;  // of responses
};

// The thread that starts it looks after it (hear, output) until its end, and outlives it; calls come from any
// thread, one at a time.
class Worker {
 public:
  // Returns at once; it is ready when hear() has been told so.
  static Result<std::unique_ptr<Worker>> start(const WorkerPlan& plan);

  // Takes the next message, of which there is one. `services` has what the model logs and measures. The
  // error: it could not start, and says why; or it is no worker of ours.
  Status hear(model::HostServices& services);
  bool is_ready() const { return ready_; }
  // Where it is while it is not ready, for a person: "in create".
  std::string where() const;

  CallClient& calls() { return calls_; }
  Child& child() { return child_; }

 private:
  Worker(Child child, CallClient calls) : child_(std::move(child)), calls_(std::move(calls)) {}

  Child child_;
  CallClient calls_;
  Step step_ = Step::prepare;
  bool ready_ = false;
};

}  // namespace slipway::worker
