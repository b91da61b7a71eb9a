#include "worker/child.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <optional>
#include <thread>

using namespace slipway;
using namespace slipway::worker;

namespace {

constexpr Nanoseconds kGuard = 60 * kSecond;

Child started() {
  Result<Child> child = Child::spawn(SLIPWAY_PROGRAM);
  REQUIRE(child);
  return std::move(*child);
}

Code refusal(Child& child, Nanoseconds deadline) {
  const Result<Message> message = child.receive(deadline);
  REQUIRE_FALSE(message);
  return message.error().code;
}

// A child that has come so far as to refuse its task, and waits for its end.
Child waiting() {
  Child child = started();
  REQUIRE(child.send(Task{Purpose::probe, "/nonexistent", "x.so", 0, 0, 0, 0, "", "{}"}));
  const Result<Message> message = child.receive(monotonic_now() + kGuard);
  REQUIRE(message);
  REQUIRE(std::holds_alternative<Failed>(*message));
  return child;
}

}  // namespace

TEST_CASE("a child that is told nothing is silent until the deadline") {
  Child child = started();
  CHECK(refusal(child, monotonic_now() + 10 * kMillisecond) == Code::deadline_exceeded);
  CHECK(refusal(child, 0) == Code::deadline_exceeded);
}

TEST_CASE("how a child ended is told in words") {
  Child killed = waiting();
  ::kill(killed.pid(), SIGSEGV);
  CHECK(refusal(killed, monotonic_now() + kGuard) == Code::unavailable);
  CHECK(killed.end().in_words() == "was killed by SIGSEGV");
  Child confused = started();
  REQUIRE(confused.send(Proceed{}));  // no task: it says so and waits
  REQUIRE(confused.receive(monotonic_now() + kGuard));
  confused.kill();
  CHECK(confused.end().signal == SIGKILL);
  CHECK((Ending{3, 0}.in_words()) == "called exit(3)");
}

TEST_CASE("a child does not outlive the thread that started it") {
  std::optional<Child> child;
  std::thread([&] { child.emplace(waiting()); }).join();
  CHECK(refusal(*child, monotonic_now() + kGuard) == Code::unavailable);
  CHECK(child->end().signal == SIGKILL);
}

TEST_CASE("a child that is let go of is no more") {
  pid_t pid = 0;
  {
    const Child child = waiting();
    pid = child.pid();
  }
  CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("a program that cannot be started is named") {
  const Result<Child> child = Child::spawn("/nonexistent/slipway");
  REQUIRE_FALSE(child);
  CHECK(child.error().message.find("/nonexistent/slipway") != std::string::npos);
}

TEST_CASE("a program that is not ours is heard to end, and what it printed is kept") {
  Result<Child> child = Child::spawn("/bin/echo");
  REQUIRE(child);
  CHECK(refusal(*child, monotonic_now() + kGuard) == Code::unavailable);
  CHECK(child->end().exit_status == 0);
  CHECK(child->output() == "worker\n");
}
