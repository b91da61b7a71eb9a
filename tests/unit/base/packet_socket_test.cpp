#include "base/packet_socket.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

using namespace slipway;

namespace {

// A path for a socket, in a folder of its own; gone with the object.
struct Place {
  Place() {
    char name[] = "/tmp/slipway-packets-XXXXXX";
    folder = ::mkdtemp(name);
  }
  ~Place() { std::filesystem::remove_all(folder); }
  std::string path() const { return folder + "/s"; }

  std::string folder;
};

struct Ends {
  explicit Ends(PacketListener& listener, const std::string& path)
      : mine(std::move(*PacketSocket::connect(path))), its(std::move(*listener.accept())) {}
  PacketSocket mine;
  PacketListener::Accepted its;
};

}  // namespace

TEST_CASE("packets come whole and in order, with the files beside them") {
  const Place place;
  Result<PacketListener> listener = PacketListener::listen(place.path());
  REQUIRE(listener);
  Ends ends(*listener, place.path());
  CHECK(ends.its.process == ::getpid());
  std::vector<UniqueFd> files;
  for (std::size_t i = 0; i < PacketSocket::kMostFiles; ++i)
    files.emplace_back(::open("/dev/null", O_RDWR | O_CLOEXEC));
  CHECK(ends.mine.send("one", files));
  CHECK(ends.mine.send(std::string(PacketSocket::kMostBytes, 'x')));
  Result<PacketSocket::Packet> first = ends.its.socket.receive();
  REQUIRE(first);
  CHECK(first->bytes == "one");
  REQUIRE(first->files.size() == PacketSocket::kMostFiles);
  struct stat sent {
  }, came{};
  REQUIRE(::fstat(files.back().get(), &sent) == 0);
  REQUIRE(::fstat(first->files.back().get(), &came) == 0);
  CHECK(sent.st_rdev == came.st_rdev);
  CHECK((::fcntl(first->files.back().get(), F_GETFD) & FD_CLOEXEC) != 0);
  Result<PacketSocket::Packet> second = ends.its.socket.receive();
  REQUIRE(second);
  CHECK(second->bytes.size() == PacketSocket::kMostBytes);
  CHECK(second->files.empty());
}

TEST_CASE("what is too much for a packet is refused") {
  const Place place;
  Result<PacketListener> listener = PacketListener::listen(place.path());
  REQUIRE(listener);
  Ends ends(*listener, place.path());
  CHECK_FALSE(ends.mine.send(""));
  CHECK_FALSE(ends.mine.send(std::string(PacketSocket::kMostBytes + 1, 'x')));
  std::vector<UniqueFd> files(PacketSocket::kMostFiles + 1);
  CHECK_FALSE(ends.mine.send("one", files));
}

TEST_CASE("an end that is closed is seen by the other") {
  const Place place;
  Result<PacketListener> listener = PacketListener::listen(place.path());
  REQUIRE(listener);
  Ends ends(*listener, place.path());
  { const PacketSocket gone = std::move(ends.mine); }
  const Result<PacketSocket::Packet> nothing = ends.its.socket.receive();
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().code == Code::unavailable);
  CHECK_FALSE(ends.its.socket.send("anybody?"));
}

TEST_CASE("a listener's file is for its user, is there as long as it is, and one left behind is replaced") {
  const Place place;
  {
    Result<PacketListener> listener = PacketListener::listen(place.path());
    REQUIRE(listener);
    struct stat info {};
    REQUIRE(::stat(place.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    const Result<PacketListener> another = PacketListener::listen(place.path());
    REQUIRE_FALSE(another);
    CHECK(another.error().code == Code::already_exists);
    CHECK(std::filesystem::exists(place.path()));
    // As by a process that has died.
    std::filesystem::create_hard_link(place.path(), place.folder + "/copy");
  }
  CHECK_FALSE(std::filesystem::exists(place.path()));
  std::filesystem::rename(place.folder + "/copy", place.path());
  const Result<PacketSocket> nobody = PacketSocket::connect(place.path());
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == Code::not_found);
  CHECK(PacketListener::listen(place.path()));
}

TEST_CASE("a path that is no socket's path is an error that says so") {
  CHECK_FALSE(PacketListener::listen(""));
  CHECK_FALSE(PacketListener::listen("/tmp/" + std::string(200, 'x')));
  CHECK_FALSE(PacketListener::listen("/nowhere/s"));
  const Result<PacketSocket> nobody = PacketSocket::connect("/nowhere/s");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == Code::not_found);
}
