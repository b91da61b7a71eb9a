// The bounds that a server holds its clients to.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/clock.hpp"

namespace slipway::http {

struct Limits {
  std::size_t max_header_bytes =
      16 * 1024;  // request line and headers together; a chunked body's trailers, too
  std::size_t max_headers = 100;
  std::size_t max_target_bytes = 8 * 1024;
  std::size_t max_body_bytes = 16 * 1024 * 1024;  // after chunks are joined, and inflated
  std::size_t max_gzip_ratio = 100;               // by which a body of more than 1 MiB may grow
  std::size_t max_bodies_bytes = 0;               // of all requests together; 0: see all_bodies()
  std::size_t max_connections = 10'000;           // over all threads; more are answered 503 and closed
  std::size_t max_connections_of_client = 0;      // more are answered 429 and closed; 0: see of_client()
  std::size_t max_pipelined = 64;                 // answers gathered into one write, and made in one turn
  Nanoseconds header_timeout = 10 * kSecond;      // from a request's first byte to the end of its headers
  Nanoseconds body_timeout = 60 * kSecond;        // from there to the end of its body
  std::size_t body_rate = 1024;                   // bytes a second, at least, while a body is waited for
  Nanoseconds body_rate_window = 5 * kSecond;     // over which that is looked at
  Nanoseconds idle_timeout = 75 * kSecond;        // between requests, and before the first
  Nanoseconds write_timeout = 60 * kSecond;       // for the client to take an answer
  Nanoseconds linger_timeout =
      2 * kSecond;  // for the client to see our end of the connection and close its own

  // Half of them, so that others find a place; no fewer than a browser and a few tools need.
  std::size_t of_client() const {
    if (max_connections_of_client != 0) return max_connections_of_client;
    return std::min(max_connections, std::max<std::size_t>(max_connections / 2, 16));
  }
  // 32 of the largest; what waits for a model counts 64 KiB at least (BodyShare::kGrain), so some of those,
  // too.
  std::size_t all_bodies() const {
    constexpr std::size_t kLeast = 4 * 1024 * 1024;
    return max_bodies_bytes != 0 ? max_bodies_bytes : std::max(32 * max_body_bytes, kLeast);
  }
};

}  // namespace slipway::http
