// A plain blocking HTTP client that shows exactly what came over the wire, and a server around a lambda.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/unique_fd.hpp"
#include "http/problem.hpp"
#include "http/server.hpp"

namespace slipway::http::test {

struct Reply {
  int status = 0;  // 0: the connection ended instead
  std::string head;
  std::string body;

  // The header's value, "" if there is none.
  std::string header(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

class Client {
 public:
  explicit Client(std::uint16_t port, int receive_buffer = 0, const char* from = nullptr)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer != 0)
      ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (from != nullptr) {
      ::inet_pton(AF_INET, from, &address.sin_addr);
      ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
    }
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const timeval patience{60, 0};  // only so that a broken server fails the test instead of hanging it
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int one = 1;
    ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }

  // On a connection that is made already.
  explicit Client(UniqueFd connection) : socket_(std::move(connection)), connected_(true) {}

  bool connected() const { return connected_; }
  int fd() const { return socket_.get(); }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }

  Reply read(bool head_only = false) {
    Reply reply;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) return {};
    reply.head = received_.substr(0, end + 2);
    received_.erase(0, end + 4);
    reply.status = std::stoi(reply.head.substr(9, 3));
    const std::string length = reply.header("Content-Length");
    const std::size_t size = head_only || length.empty() ? 0 : std::stoul(length);
    while (received_.size() < size)
      if (!receive()) return {};
    reply.body = received_.substr(0, size);
    received_.erase(0, size);
    return reply;
  }

  Reply ask(std::string_view bytes) {
    send(bytes);
    return read();
  }

  // True if the server ended the connection in order, with nothing left unread.
  bool at_end() {
    char byte = 0;
    return received_.empty() && ::recv(socket_.get(), &byte, 1, 0) == 0;
  }

  void reset_connection() {
    const linger hard{1, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    socket_.reset();
  }
  void close() { socket_.reset(); }
  void end_sending() { ::shutdown(socket_.get(), SHUT_WR); }

 private:
  bool receive() {
    char buffer[65536];
    const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd socket_;
  std::string received_;
  bool connected_ = false;
};

inline std::string post(std::string_view path, std::string_view body, std::string_view more_headers = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more_headers) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline std::string get(std::string_view path, std::string_view more_headers = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more_headers) + "\r\n";
}

class TestServer final : public Handler {
 public:
  using Function = std::function<void(Exchange&)>;

  explicit TestServer(Function function, ServerOptions options = {}) : function_(std::move(function)) {
    for (ListenAddress& address : options.listen) address.port = 0;
    auto started = Server::start(options, *this);
    if (!started) FAIL(started.error().message);
    server_ = std::move(*started);
    port_ = server_->port();
  }

  void handle(Exchange& exchange) noexcept override { function_(exchange); }
  std::uint16_t port() const { return port_; }
  Server& server() { return *server_; }
  void stop() { server_.reset(); }

 private:
  Function function_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

// Answers with what it was sent.
inline void echo(Exchange& exchange) {
  exchange.response().set_content_type("text/plain");
  exchange.response().body().append(exchange.request().path());
  exchange.response().body().append("|");
  exchange.response().body().append(exchange.request().body().view());
}

}  // namespace slipway::http::test
