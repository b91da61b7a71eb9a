// A model in processes of its own (isolation `process`): whatever its code does there, the host goes on.
#pragma once

#include <memory>

#include "model/bundle.hpp"
#include "model/version.hpp"
#include "worker/worker_pool.hpp"

namespace slipway::worker {

struct IsolationOptions {
  std::filesystem::path program = "/proc/self/exe";
  Nanoseconds start_budget = 60 * kSecond;
  document::Limits limits;        // of responses
  std::string parameters = "{}";  // what an operator sets; see model/overrides.hpp
};

// The version in workers, of which the least are ready. The calling thread's class of scheduling is that of
// the workers.  [control]
Result<std::unique_ptr<model::ModelVersion>> load_isolated(model::Bundle bundle, plugin::StoredLibrary stored,
                                                           const IsolationOptions& options);

// As the manifest wants it: in this process, or in workers.  [control]
Result<std::unique_ptr<model::ModelVersion>> load_version(model::Bundle bundle, plugin::StoredLibrary stored,
                                                          const IsolationOptions& options);

}  // namespace slipway::worker
