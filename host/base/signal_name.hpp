// "SIGSEGV" for 11: signals as people know them.
#pragma once

#include <cstring>
#include <string>

namespace slipway {

inline std::string signal_name(int signal) {
  const char* const name = ::sigabbrev_np(signal);
  return name == nullptr ? "signal " + std::to_string(signal) : "SIG" + std::string(name);
}

}  // namespace slipway
