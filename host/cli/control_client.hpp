// Talks to a running host over its control socket.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "document/document.hpp"

namespace slipway::cli {

struct ControlAnswer {
  int status = 0;
  std::string text;         // the body
  document::Document body;  // the same, read
};

class ControlClient {
 public:
  // The error says what to do when no host listens there.
  static Result<ControlClient> connect(const std::string& socket);

  // One request and its answer. `body` is JSON text, or empty. What the host refuses is an error with its
  // words.
  Result<ControlAnswer> request(std::string_view method, std::string_view path, std::string_view body = {});

  // Starts a command and follows it to its end: `step` is told of each step, and what comes back is the
  // sentence, or the error, that it ended with.
  Result<std::string> run(std::string_view path, std::string_view body,
                          const std::function<void(std::string_view)>& step);

 private:
  explicit ControlClient(UniqueFd connection) : connection_(std::move(connection)) {}
  Result<ControlAnswer> read_answer();

  UniqueFd connection_;
  std::string received_;
};

// Where the control socket is: `wanted` if it is not empty, else in the store.
std::string control_socket(const std::string& wanted, const std::string& store);

}  // namespace slipway::cli
