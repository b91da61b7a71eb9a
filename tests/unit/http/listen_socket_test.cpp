#include "http/listen_socket.hpp"

#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include "client.hpp"

using namespace slipway;
using namespace slipway::http;
using namespace slipway::http::test;

namespace {

// A path for a socket, in a folder of its own; gone with the object.
class SocketPath {
 public:
  SocketPath() {
    char name[] = "/tmp/slipway-socket-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~SocketPath() { std::filesystem::remove_all(folder_); }
  std::string text() const { return folder_ + "/s"; }
  bool exists() const { return std::filesystem::exists(text()); }

 private:
  std::string folder_;
};

UniqueFd connect_to(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return UniqueFd();
  return socket;
}

class TellPeer final : public Handler {
 public:
  void handle(Exchange& exchange) noexcept override {
    exchange.response().body().append(exchange.request().peer());
  }
};

Result<std::unique_ptr<Server>> serve(Handler& handler, const std::string& path, unsigned threads = 1) {
  ServerOptions options;
  options.listen = {{"unix:" + path, 0}};
  options.threads = threads;
  return Server::start(options, handler);
}

}  // namespace

TEST_CASE("a server listens on a socket file that is for its user alone, and takes it away at the end") {
  const SocketPath path;
  TellPeer handler;
  {
    Result<std::unique_ptr<Server>> server = serve(handler, path.text(), 2);
    if (!server) FAIL(server.error().message);
    struct stat info {};
    REQUIRE(::stat(path.text().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    for (int i = 0; i < 4; ++i) {
      Client client(connect_to(path.text()));
      const Reply reply = client.ask(get("/"));
      CHECK(reply.status == 200);
      CHECK(reply.body == "uid " + std::to_string(::geteuid()) + " pid " + std::to_string(::getpid()));
    }
  }
  CHECK_FALSE(path.exists());
}

TEST_CASE("a socket file that somebody listens on is refused; one left behind is replaced") {
  const SocketPath path;
  TellPeer handler;
  Result<std::unique_ptr<Server>> first = serve(handler, path.text());
  REQUIRE(first);
  const Result<std::unique_ptr<Server>> second = serve(handler, path.text());
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().message, Catch::Contains("another process listens there"));
  CHECK(Client(connect_to(path.text())).ask(get("/")).status == 200);
  first->reset();

  {  // as a process that was killed leaves it
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.text().copy(address.sun_path, sizeof address.sun_path - 1);
    const UniqueFd left(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    REQUIRE(::bind(left.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  }
  REQUIRE(path.exists());
  const Result<std::unique_ptr<Server>> third = serve(handler, path.text());
  if (!third) FAIL(third.error().message);
  CHECK(Client(connect_to(path.text())).ask(get("/")).status == 200);
}

TEST_CASE("a path that no socket can have is refused") {
  TellPeer handler;
  const Result<std::unique_ptr<Server>> too_long = serve(handler, "/tmp/" + std::string(200, 'x'));
  REQUIRE_FALSE(too_long);
  CHECK_THAT(too_long.error().message, Catch::Contains("a socket's path has"));
  CHECK_FALSE(serve(handler, "/proc/nowhere/s"));
}
