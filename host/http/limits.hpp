// The bounds that a server holds its clients to.
#pragma once

#include <cstddef>

#include "base/clock.hpp"

namespace slipway::http {

struct Limits {
  std::size_t max_header_bytes =
      16 * 1024;  // request line and headers together; a chunked body's trailers, too
  std::size_t max_headers = 100;
  std::size_t max_target_bytes = 8 * 1024;
  std::size_t max_body_bytes = 16 * 1024 * 1024;  // after chunks are joined
  std::size_t max_connections = 10'000;           // over all threads; more are answered 503 and closed
  std::size_t max_pipelined = 64;                 // answers gathered into one write
  Nanoseconds header_timeout = 10 * kSecond;      // from a request's first byte to the end of its headers
  Nanoseconds body_timeout = 60 * kSecond;        // from there to the end of its body
  Nanoseconds idle_timeout = 75 * kSecond;        // between requests, and before the first
  Nanoseconds write_timeout = 60 * kSecond;       // for the client to take an answer
  Nanoseconds linger_timeout =
      2 * kSecond;  // for the client to see our end of the connection and close its own
};

}  // namespace slipway::http
