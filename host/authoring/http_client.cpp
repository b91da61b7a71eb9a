#include "authoring/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>

#include "base/file.hpp"

namespace slipway::authoring {
namespace {

constexpr timeval kPatience{60, 0};
constexpr std::size_t kPiece = 16 * 1024;
constexpr std::size_t kMostHead = 64 * 1024;

Error lost(const std::string& what) {
  return {Code::unavailable, "the host's connection failed: " + what};
}

// The value of a header, whose name is given as the host writes it, in lower case; empty where there is none.
std::string_view header(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::string_view line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(line.size() + 2, head.size()));
    const std::size_t colon = line.find(':');
    if (colon != name.size()) continue;
    const bool same = std::equal(name.begin(), name.end(), line.begin(),
                                 [](char a, char b) { return a == static_cast<char>(std::tolower(b)); });
    if (same) return line.substr(std::min(line.find_first_not_of(' ', colon + 1), line.size()));
  }
  return {};
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  return std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc();
}

}  // namespace

Result<HttpClient> HttpClient::connect(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return lost(system_message(errno));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return lost(system_message(errno));
  return HttpClient(std::move(socket));
}

Status HttpClient::receive_until(std::size_t size) {
  while (received_.size() < size) {
    char piece[kPiece];
    const ssize_t got = ::recv(socket_.get(), piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) return lost("it was closed before the answer was complete");
    if (got < 0) return lost(system_message(errno));
    received_.append(piece, static_cast<std::size_t>(got));
  }
  return {};
}

Result<HttpAnswer> HttpClient::ask(std::string_view method, std::string_view path, std::string_view body) {
  std::string request;
  request.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  if (method == "POST")
    request.append("Content-Type: application/json\r\nContent-Length: ")
        .append(std::to_string(body.size()))
        .append("\r\n");
  request.append("\r\n").append(body);
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t sent = ::send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return lost(system_message(errno));
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::size_t end = std::string::npos;
  while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
    if (received_.size() > kMostHead) return lost("the head of an answer has no end");
    if (Status more = receive_until(received_.size() + 1); !more) return std::move(more).error();
  }
  const std::string head = received_.substr(0, end + 2);
  HttpAnswer answer;
  std::size_t length = 0;
  const std::size_t status = head.find(' ');
  if (status == std::string::npos || !read_number(std::string_view(head).substr(status + 1), answer.status) ||
      !read_number(header(head, "content-length"), length))
    return lost("an answer has no status, or no length");
  if (Status whole = receive_until(end + 4 + length); !whole) return std::move(whole).error();
  answer.body = received_.substr(end + 4, length);
  received_.erase(0, end + 4 + length);
  return answer;
}

}  // namespace slipway::authoring
