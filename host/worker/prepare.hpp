// How a child begins, whatever it is for: in its sandbox, with the bundle read and nothing of the plugin run.
#pragma once

#include <vector>

#include "model/bundle.hpp"
#include "model/golden.hpp"
#include "plugin/stored_library.hpp"
#include "worker/channel.hpp"
#include "worker/sandbox.hpp"

namespace slipway::worker {

struct PreparedChild {
  Sandbox sandbox;
  plugin::StoredLibrary plugin;
  model::Bundle bundle;
  std::vector<model::GoldenCase>
      cases;  // for a probe or an examination; they do not count as the model's memory
};

// `copy` came with the task. `channel` outlives the process: a `new` that fails is told through it. Returns
// when the host has been told and has answered.
Result<PreparedChild> prepare(Channel& channel, const Task& task, UniqueFd copy);

// The host has said Proceed.
Status wait_for_host(Channel& channel);

}  // namespace slipway::worker
