// Which system calls a process may make, by seccomp: what a model needs to compute, start threads and read
// files; nothing that reaches another process nor, unless that is granted, the network or what is on disk.
// (The one user of libseccomp.)
#pragma once

#include "base/result.hpp"
#include "model/manifest.hpp"

namespace slipway::worker {

// The host's code stands in the way of none of the calls; a call that is denied answers EPERM, one that is
// not listed ENOSYS, which libraries that try newer calls first understand. For all threads of the process,
// for good. Needs no_new_privs.
Status restrict_system_calls(const model::Grants& grants);

// On top of it: makes no memory executable any more, and opens no file, unless it still may.
Status forbid_files_and_code(bool may_open_files);

}  // namespace slipway::worker
