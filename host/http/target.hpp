// A request's target, taken apart and made safe to route on.
#pragma once

#include <string_view>

#include "base/padded_buffer.hpp"

namespace slipway::http {

struct Target {
  std::string_view path;        // decoded; into the raw target, or into `decoded` where it had escapes
  std::string_view query;       // behind '?', as it was sent
  const char* wrong = nullptr;  // why the target is refused, as a sentence's end; the views are empty then
};

// Accepts "/path?query", "http://host/path?query" and "*". Refused are dot segments, and encoded slashes,
// backslashes, control bytes and invalid UTF-8: a path means the same to every layer that reads it.
Target parse_target(std::string_view raw, PaddedBuffer& decoded);

}  // namespace slipway::http
