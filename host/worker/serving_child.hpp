// The child's side of isolation `process`: one model, called by the host.
#pragma once

#include "worker/channel.hpp"

namespace slipway::worker {

// Loads and creates the model, says Ready, and answers calls until the host has no more. The first error ends
// it.
Status run_worker(Channel& channel, const Task& task, UniqueFd copy);

}  // namespace slipway::worker
