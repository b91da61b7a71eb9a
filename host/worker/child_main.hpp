// What a child of the host runs instead of the program's commands.
#pragma once

#include "worker/channel.hpp"

namespace slipway::worker {

// Does the task that the first message is, and tells what comes of it. Returns the process's exit status: not
// 0 where nobody that speaks our language is at the other end.
int run_child(Channel channel);

}  // namespace slipway::worker
