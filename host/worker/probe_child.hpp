// The child's side of a probe.
#pragma once

#include "worker/channel.hpp"

namespace slipway::worker {

// Does what the task asks for and tells what comes of it. The first error ends it: of the plugin, or of the
// channel.
Status run_probe(Channel& channel, const Task& task, UniqueFd copy);

}  // namespace slipway::worker
