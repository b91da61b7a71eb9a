// The few words of HTTP/1.1 that `slipway test` speaks to the host that it has started on this machine.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

// One connection, which is kept; one thread at a time.
class HttpClient {
 public:
  // To 127.0.0.1. An answer that does not come within a minute is an error.
  static Result<HttpClient> connect(std::uint16_t port);

  Result<HttpAnswer> get(std::string_view path) { return ask("GET", path, {}); }
  Result<HttpAnswer> post(std::string_view path, std::string_view json) { return ask("POST", path, json); }

 private:
  explicit HttpClient(UniqueFd socket) : socket_(std::move(socket)) {}

  Result<HttpAnswer> ask(std::string_view method, std::string_view path, std::string_view body);
  Status receive_until(std::size_t size);

  UniqueFd socket_;
  std::string received_;  // and not taken yet
};

}  // namespace slipway::authoring
