#include "worker/channel.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <optional>

using namespace slipway;
using namespace slipway::worker;

namespace {

struct Pair {
  Pair() : Pair(Channel::pair()) {}
  explicit Pair(Result<std::pair<Channel, Channel>> made) : ours(std::move(made->first)) {
    theirs.emplace(std::move(made->second));
  }
  Channel ours;
  std::optional<Channel> theirs;
};

Code refusal(Channel& channel) {
  const Result<Channel::Received> received = channel.receive();
  REQUIRE_FALSE(received);
  return received.error().code;
}

}  // namespace

TEST_CASE("messages arrive whole and in order, both ways") {
  Pair pair;
  REQUIRE(pair.ours.send(StepBegins{Step::load, ""}));
  REQUIRE(pair.ours.send(StepBegins{Step::predict, "a case"}));
  REQUIRE(pair.theirs->send(Proceed{}));
  CHECK(std::get<StepBegins>(pair.theirs->receive()->message).step == Step::load);
  CHECK(std::get<StepBegins>(pair.theirs->receive()->message).subject == "a case");
  CHECK(std::holds_alternative<Proceed>(pair.ours.receive()->message));
}

TEST_CASE("a descriptor goes with a message, and is not inherited") {
  Pair pair;
  int ends[2];
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd read(ends[0]);
  UniqueFd write(ends[1]);
  REQUIRE(pair.ours.send(Task{Purpose::probe, "/bundle", "x.so", 0, 0, 0, 0, "", "{}"}, write.get()));
  write.reset();
  const Result<Channel::Received> received = pair.theirs->receive();
  REQUIRE(received);
  REQUIRE(received->descriptor.valid());
  CHECK(::fcntl(received->descriptor.get(), F_GETFD) == FD_CLOEXEC);
  char byte = 'x';
  REQUIRE(::write(received->descriptor.get(), &byte, 1) == 1);
  CHECK(::read(read.get(), &byte, 1) == 1);
  REQUIRE(pair.ours.send(Proceed{}));
  CHECK_FALSE(pair.theirs->receive()->descriptor.valid());
}

TEST_CASE("the end of the other process is an error of its own, in both directions") {
  Pair pair;
  REQUIRE(pair.theirs->send(Destroyed{}));
  pair.theirs.reset();
  CHECK(std::holds_alternative<Destroyed>(pair.ours.receive()->message));  // what it said is still heard
  CHECK(refusal(pair.ours) == Code::unavailable);
  const Status sent = pair.ours.send(Proceed{});
  REQUIRE_FALSE(sent);
  CHECK(sent.error().code == Code::unavailable);
}

TEST_CASE("a packet that is no message, or too long for one, is refused") {
  Pair pair;
  const std::string noise(kMostMessage + 100, 'x');
  for (const std::size_t size : {std::size_t{1}, kMostMessage, noise.size()}) {
    REQUIRE(::send(pair.theirs->descriptor(), noise.data(), size, 0) == static_cast<ssize_t>(size));
    CHECK(refusal(pair.ours) == Code::invalid_argument);
  }
}
