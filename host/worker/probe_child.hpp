// The child's side of a probe.
#pragma once

#include "worker/channel.hpp"

namespace slipway::worker {

// Does what the first message asks for and tells what comes of it. Returns the process's exit status: not 0
// where nobody that speaks our language is at the other end.
int run_probe(Channel channel);

}  // namespace slipway::worker
