// A connection on its way to the thread that will serve it.
#pragma once

#include <string>

#include "base/unique_fd.hpp"

namespace slipway::http {

struct Accepted {
  UniqueFd connection;
  std::string peer;
};

}  // namespace slipway::http
