// Looks at a plugin before it is loaded: loading runs the file's code, and a damaged file kills the process
// that loads it. The bytes are read as the dynamic loader will read them (program headers and the dynamic
// section); nothing is mapped, nothing is run, and section headers are not trusted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace slipway::plugin {

// What the operator lets a plugin do. The default is the strict one, for plugins that share the host's
// process.
struct InspectionPolicy {
  // SONAMEs a plugin may need besides the C and C++ runtime (docs/plugin-abi.md lists those).
  std::vector<std::string> libraries;
  // Accept imports of pthread_key_create, signal and their like: what they leave behind outlives the library.
  bool allow_process_hooks = false;
  // The plugin gets a process of its own that ends with it (`isolation: process`). What only hurts a shared
  // process is accepted: libraries of its own, RUNPATH entries below $ORIGIN, process hooks, unique symbols,
  // static TLS, a C++ runtime of its own, NODELETE.
  bool own_process = false;
};

// What the host should know about a plugin that passed.
struct ElfReport {
  std::size_t size = 0;             // of the file, bytes
  std::size_t table_size = 0;       // of the exported table, as its symbol states it, bytes
  std::vector<std::string> needed;  // DT_NEEDED, in order
  std::string build_id;             // lower-case hexadecimal; empty: none
  // Registers destructors of thread_local objects: run create, predict and destroy on threads that end before
  // the library is unloaded, or it stays mapped.
  bool tls_destructors = false;
};

// What is wrong with the plugin, in a sentence that names the flag or step that mends it, or what is worth
// knowing about it. Takes tens of microseconds and no memory to speak of. Code::invalid_argument: the file is
// damaged or was built in a way that cannot be loaded; Code::unsupported: a sound plugin that is not for this
// host.  [any]
Result<ElfReport> inspect_plugin(std::span<const std::byte> file, const InspectionPolicy& policy);

}  // namespace slipway::plugin
