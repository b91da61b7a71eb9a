#include "cli/control_client.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <charconv>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {
namespace {

constexpr std::size_t kMostAnswerBytes = 64u << 20;

std::string detail_of(const ControlAnswer& answer) {
  std::string detail =
      model::text_or(answer.body.root(), "detail", "the host answered " + std::to_string(answer.status));
  if (const slw_value* const errors = answer.body.root().find("errors"))
    for (std::uint32_t i = 0; i < document::Value(errors).size(); ++i) {
      const document::Value error = document::Value(errors).element(i);
      detail += "\n  " + model::text_or(error, "pointer", "") + ": " + model::text_or(error, "message", "");
    }
  return detail;
}

}  // namespace

std::string control_socket(const std::string& wanted, const std::string& store) {
  return wanted.empty() ? store + "/control.sock" : wanted;
}

Result<ControlClient> ControlClient::connect(const std::string& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path)
    return Error(Code::invalid_argument, "the path of the control socket is too long: " + socket);
  socket.copy(address.sun_path, socket.size());
  UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!connection.valid()) return Error(Code::io, "cannot make a socket: " + system_message(errno));
  if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const bool absent = errno == ENOENT || errno == ECONNREFUSED;
    return Error(Code::unavailable,
                 (absent ? "no host listens on " : "cannot connect to ") + socket + ": " +
                     (absent ? "start one with `slipway serve --store DIR`, or name its socket "
                               "with --control"
                             : system_message(errno)));
  }
  return ControlClient(std::move(connection));
}

Result<ControlAnswer> ControlClient::request(std::string_view method, std::string_view path,
                                             std::string_view body) {
  std::string text = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: slipway\r\n";
  if (!body.empty())
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  else if (method == "POST")
    text += "Content-Length: 0\r\n";
  text += "\r\n" + std::string(body);
  if (Status sent = write_all(connection_.get(), text); !sent)
    return std::move(sent).error().within("cannot ask the host");
  Result<ControlAnswer> answer = read_answer();
  if (answer && answer->status >= 400) return Error(Code::failed_precondition, detail_of(*answer));
  return answer;
}

// Of an answer with Content-Length, which all of the host's have.
Result<ControlAnswer> ControlClient::read_answer() {
  const Error broken(Code::io, "the host closed the connection before its answer was complete");
  std::size_t head = std::string::npos, length = 0;
  for (;;) {
    if (head == std::string::npos && (head = received_.find("\r\n\r\n")) != std::string::npos) {
      const std::size_t field = received_.find("Content-Length: ");
      if (field >= head) return broken;
      std::from_chars(received_.data() + field + 16, received_.data() + head, length);
      if (length > kMostAnswerBytes) return Error(Code::limit_exceeded, "the host's answer is too long");
    }
    if (head != std::string::npos && received_.size() >= head + 4 + length) break;
    char chunk[16 * 1024];
    const ssize_t got = ::read(connection_.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return broken;
    received_.append(chunk, static_cast<std::size_t>(got));
  }
  ControlAnswer answer;
  if (received_.size() > 12) std::from_chars(received_.data() + 9, received_.data() + 12, answer.status);
  answer.text = received_.substr(head + 4, length);
  received_.erase(0, head + 4 + length);
  if (Status read = document::read_json(answer.text, answer.body); !read)
    return std::move(read).error().within("the host's answer makes no sense");
  return answer;
}

Result<std::string> ControlClient::run(std::string_view path, std::string_view body,
                                       const std::function<void(std::string_view)>& step) {
  Result<ControlAnswer> answer = request("POST", path, body);
  if (!answer) return std::move(answer).error();
  const slw_value* const id = answer->body.root().find("operation");
  if (id == nullptr) return Error(Code::internal, "the host's answer names no operation");
  const std::string follow = "/operations/" + std::to_string(document::Value(id).int64()) + "?after=";
  for (std::size_t seen = 0;;) {
    answer = request("GET", follow + std::to_string(seen));
    if (!answer) return std::move(answer).error();
    const document::Value report = answer->body.root();
    if (const slw_value* const steps = report.find("steps"))
      for (std::uint32_t i = 0; i < document::Value(steps).size(); ++i, ++seen)
        step(document::Value(steps).element(i).text());
    const slw_value* const ended = report.find("ended");
    if (ended == nullptr || ended->kind != SLW_TRUE) continue;
    if (report.find("result") != nullptr) return model::text_or(report, "result", "");
    return Error(Code::failed_precondition, model::text_or(report, "error", ""));
  }
}

}  // namespace slipway::cli
