// What is said of wrong files, and a stream whose client is no client. Real clients:
// tests/integration/test_tls.py.
#include <stdlib.h>
#include <sys/socket.h>

#include <array>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/unique_fd.hpp"
#include "http/tls_module.hpp"

using namespace slipway;
using namespace slipway::http;

namespace {

using Outcome = TlsStream::Outcome;

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "slipway-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;

  std::string at(const std::string& name) const { return (path_ / name).string(); }
  TlsFiles pair(const std::string& name) const {
    const TlsFiles files{at(name + ".crt"), at(name + ".key")};
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" + name +
        " -out " + files.certificate + " -keyout " + files.key + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    return files;
  }

 private:
  std::filesystem::path path_;
};

struct Ends {
  Ends() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    host = UniqueFd(ends[0]);
    client = UniqueFd(ends[1]);
  }
  void say(std::string_view bytes) const {
    REQUIRE(::send(client.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  }

  UniqueFd host, client;
};

std::string refusal_of(const TlsFiles& files) {
  const auto opened = slipway_tls_module.open(files);
  REQUIRE(!opened);
  return opened.error().message;
}

}  // namespace

TEST_CASE("a wrong file is named, and why") {
  const Folder folder;
  const TlsFiles one = folder.pair("one"), other = folder.pair("other");
  CHECK_THAT(refusal_of({one.certificate, ""}), Catch::Contains("go together"));
  CHECK_THAT(refusal_of({"", one.key}), Catch::Contains("go together"));
  CHECK_THAT(refusal_of({folder.at("no.crt"), one.key}), Catch::Contains("no.crt"));
  CHECK_THAT(refusal_of({one.key, one.key}), Catch::Contains("one.key: there is no certificate in PEM form"));
  CHECK_THAT(refusal_of({one.certificate, one.certificate}),
             Catch::Contains("one.crt: there is no private key in PEM form"));
  CHECK_THAT(refusal_of({one.certificate, other.key}),
             Catch::Contains("other.key: it is not the key of the certificate in " + one.certificate));
}

TEST_CASE("a program without its module says what is missing") {
  // It is beside the host, and not beside this test.
  const auto opened = open_tls({"one.crt", "one.key"});
  REQUIRE(!opened);
  CHECK_THAT(opened.error().message, Catch::Contains("slipway-tls.so") && Catch::Contains("No such file"));
}

TEST_CASE("files that are wrong when they are read again change nothing") {
  const Folder folder;
  const TlsFiles files = folder.pair("one");
  const auto context = slipway_tls_module.open(files);
  REQUIRE(context);
  const std::string expires = (*context)->expires();
  CHECK(expires.size() == std::string("2027-01-31").size());
  CHECK((*context)->reload());
  std::ofstream(files.key, std::ios::trunc) << "nothing";
  const Status read = (*context)->reload();
  REQUIRE(!read);
  CHECK_THAT(read.error().message, Catch::Contains("one.key"));
  CHECK((*context)->expires() == expires);
  const Ends ends;
  CHECK((*context)->accept(ends.host.get())->handshake() == Outcome::wants_read);
}

TEST_CASE("a handshake waits for its client, and ends with it") {
  const Folder folder;
  const auto context = slipway_tls_module.open(folder.pair("one"));
  REQUIRE(context);
  Ends ends;
  const auto stream = (*context)->accept(ends.host.get());
  CHECK(stream->handshake() == Outcome::wants_read);
  ends.say("\x16\x03\x01");
  CHECK(stream->handshake() == Outcome::wants_read);
  CHECK(!stream->ended());
  ends.client.reset();
  CHECK(stream->handshake() == Outcome::ended);
  CHECK(stream->ended());
  stream->say_end();  // to nobody
}

TEST_CASE("a client that speaks no TLS ends its stream, and nothing comes of it") {
  const Folder folder;
  const auto context = slipway_tls_module.open(folder.pair("one"));
  REQUIRE(context);
  const Ends ends;
  const auto stream = (*context)->accept(ends.host.get());
  ends.say("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
  CHECK(stream->handshake() == Outcome::ended);
  std::array<char, TlsStream::kRecord> room{};
  const TlsStream::Progress received = stream->receive(room.data(), room.size());
  CHECK(received.outcome == Outcome::ended);
  CHECK(received.bytes == 0);
  const TlsStream::Progress sent = stream->send("answer");
  CHECK(sent.outcome == Outcome::ended);
  CHECK(sent.bytes == 0);
}
