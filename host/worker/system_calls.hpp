// Which system calls a process may make, by seccomp: what a model needs to compute, start threads and read
// files; nothing that reaches another process, the network or what is on disk. (The one user of libseccomp.)
#pragma once

#include "base/result.hpp"

namespace slipway::worker {

// The host's code stands in the way of none of the calls; a call that is denied answers EPERM, one that is
// not listed ENOSYS, which libraries that try newer calls first understand. For all threads of the process,
// for good. Needs no_new_privs.
Status restrict_system_calls();

// On top of it: opens no file and makes no memory executable any more.
Status forbid_files_and_code();

}  // namespace slipway::worker
