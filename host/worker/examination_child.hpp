// The child's side of an examination.
#pragma once

#include "worker/channel.hpp"

namespace slipway::worker {

// Makes the experiment that the task names and tells what is seen. The first error ends it.
Status run_examination(Channel& channel, const Task& task, UniqueFd copy);

}  // namespace slipway::worker
