#include "connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace storm {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int connected(int family, const sockaddr* address, socklen_t size) {
  const int descriptor = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("cannot make a socket");
  if (::connect(descriptor, address, size) != 0) {
    const int why = errno;
    ::close(descriptor);
    errno = why;
    fail("cannot connect to the host");
  }
  return descriptor;
}

int connect_to(const Address& address) {
  if (!address.socket.empty()) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    if (address.socket.size() >= sizeof local.sun_path)
      throw std::runtime_error("the path of the control socket is too long: " + address.socket);
    address.socket.copy(local.sun_path, address.socket.size());
    return connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&local), sizeof local);
  }
  sockaddr_in remote{};
  remote.sin_family = AF_INET;
  remote.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &remote.sin_addr) != 1)
    throw std::runtime_error("not an IPv4 address: " + address.host);
  const int descriptor = connected(AF_INET, reinterpret_cast<const sockaddr*>(&remote), sizeof remote);
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return descriptor;
}

std::string_view header(std::string_view head, std::string_view name) {
  const std::size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + name.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Connection::Connection(const Address& address) : descriptor_(connect_to(address)) {}
Connection::Connection(Connection&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)),
      used_(other.used_) {}
Connection::~Connection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void Connection::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail("cannot send to the host");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Connection::parse(Answer& answer) {
  const std::size_t end = received_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::string_view head(received_.data(), end + 2);
  const std::string_view length_text = header(head, "\r\nContent-Length: ");
  if (head.size() < 12 || !head.starts_with("HTTP/1.1 ") || length_text.empty())
    throw std::runtime_error("the host's answer is not what it should be: " + std::string(head));
  const auto length = number<std::size_t>(length_text);
  if (received_.size() < end + 4 + length) return false;
  answer.status = number<int>(head.substr(9, 3));
  answer.version = header(head, "\r\nX-Model-Version: ");
  answer.body = std::string_view(received_).substr(end + 4, length);
  used_ = end + 4 + length;
  return true;
}

// False: nothing is there now.
bool Connection::read_more(int flags) {
  char bytes[16 * 1024];
  for (;;) {
    const ssize_t got = ::recv(descriptor_, bytes, sizeof bytes, flags);
    if (got > 0) {
      received_.append(bytes, static_cast<std::size_t>(got));
      return true;
    }
    if (got == 0) throw std::runtime_error("the host closed a connection");
    if (errno == EAGAIN) return false;
    if (errno != EINTR) fail("cannot receive from the host");
  }
}

bool Connection::receive_now(Answer& answer) {
  received_.erase(0, std::exchange(used_, 0));
  return read_more(MSG_DONTWAIT) && parse(answer);
}

Answer Connection::receive() {
  received_.erase(0, std::exchange(used_, 0));
  Answer answer;
  while (!parse(answer)) read_more(0);
  return answer;
}

std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) +
         " HTTP/1.1\r\nHost: swap-storm\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string get(std::string_view path) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: swap-storm\r\n\r\n";
}

}  // namespace storm
