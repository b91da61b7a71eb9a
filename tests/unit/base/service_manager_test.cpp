#include "base/service_manager.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <filesystem>

using namespace slipway;

namespace {

void set(const char* name, const std::string& value) {
  ::setenv(name, value.c_str(), 1);
}

// Where a service manager would listen; in the file system, or, with an "@", beside it.
UniqueFd receiver_at(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  if (name.front() == '@') address.sun_path[0] = '\0';
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0);
  return socket;
}

std::string received(const UniqueFd& receiver) {
  std::array<char, 256> bytes;
  const ssize_t got = ::recv(receiver.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  return got < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(got));
}

}  // namespace

TEST_CASE("what the service manager says is taken out of the environment") {
  const std::string own = std::to_string(::getpid());
  set("NOTIFY_SOCKET", "/run/notify");
  set("WATCHDOG_USEC", "3000000");
  set("WATCHDOG_PID", own);
  set("LISTEN_FDS", "0");
  set("LISTEN_PID", own);
  set("LISTEN_FDNAMES", "");
  const Result<ServiceEnvironment> environment = take_service_environment();
  REQUIRE(environment.ok());
  CHECK(environment->notify_socket == "/run/notify");
  CHECK(environment->watchdog == 3 * kSecond);
  CHECK(environment->sockets.empty());
  for (const char* const name :
       {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
    CHECK(std::getenv(name) == nullptr);
  const Result<ServiceEnvironment> again = take_service_environment();
  REQUIRE(again.ok());
  CHECK(again->notify_socket.empty());
  CHECK(again->watchdog == 0);
}

TEST_CASE("what was meant for another process is dropped") {
  set("WATCHDOG_USEC", "3000000");
  set("WATCHDOG_PID", "1");
  set("LISTEN_FDS", "7");
  set("LISTEN_PID", "1");
  const Result<ServiceEnvironment> environment = take_service_environment();
  REQUIRE(environment.ok());
  CHECK(environment->watchdog == 0);
  CHECK(environment->sockets.empty());
}

TEST_CASE("numbers that are none, and descriptors that are no sockets, are errors that say so") {
  const auto refused = [](const char* name, const char* value) {
    set("LISTEN_PID", std::to_string(::getpid()));
    set(name, value);
    const Result<ServiceEnvironment> environment = take_service_environment();
    REQUIRE_FALSE(environment.ok());
    CHECK(environment.error().message.find(name) != std::string::npos);
  };
  for (const char* const value : {"x", "0", "-1", "1s", "99999999999999999999"})
    refused("WATCHDOG_USEC", value);
  for (const char* const value : {"x", "-1", "257", "1 "}) refused("LISTEN_FDS", value);
  const UniqueFd third(::open("/dev/null", O_RDONLY | O_CLOEXEC));  // the first number that is free
  if (third.get() == 3) refused("LISTEN_FDS", "1");
}

TEST_CASE("a notification reaches a socket in the file system and an abstract one") {
  const std::string folder = std::filesystem::temp_directory_path().string();
  const std::string unique = "slipway-notify-" + std::to_string(::getpid());
  for (const std::string& name : {folder + "/" + unique, "@" + unique}) {
    const UniqueFd receiver = receiver_at(name);
    const ServiceNotifier notifier(name);
    CHECK(notifier.send("READY=1\nSTATUS=well").ok());
    CHECK(received(receiver) == "READY=1\nSTATUS=well");
  }
  std::filesystem::remove(folder + "/" + unique);
}

TEST_CASE("without anybody to tell nothing is sent; where nobody hears, the error says where") {
  CHECK(ServiceNotifier("").send("READY=1").ok());
  const Status unheard = ServiceNotifier("/nowhere/notify").send("READY=1");
  REQUIRE_FALSE(unheard.ok());
  CHECK(unheard.error().message.find("/nowhere/notify") != std::string::npos);
  CHECK_FALSE(ServiceNotifier("vsock:2:1234").send("READY=1").ok());
  CHECK_FALSE(ServiceNotifier("/" + std::string(200, 'x')).send("READY=1").ok());
}
