// Starts a program as a child of this process.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace slipway::authoring {

struct Launch {
  std::vector<std::string> arguments;  // the first is the program: a path, or looked for in PATH
  std::filesystem::path folder;        // where it runs; empty: here
  std::vector<std::string> without;    // variables whose names begin so are left out
  int output = -1;                     // a descriptor: its standard output and error
  bool own_group = false;              // so that a terminal's Ctrl-C is for its parent alone
};

// Its standard input is empty. It gets SIGTERM when the calling thread ends, so that a parent that is killed
// leaves nothing behind. Any thread, also beside others.
Result<pid_t> launch(const Launch& wanted);

// Where a program is that is called by its name; empty: nowhere in PATH.
std::filesystem::path find_program(const std::string& name);

}  // namespace slipway::authoring
