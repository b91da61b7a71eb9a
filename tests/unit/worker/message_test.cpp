#include "worker/message.hpp"

#include <catch2/catch.hpp>

#include "base/utf8.hpp"

using namespace slipway;
using namespace slipway::worker;

namespace {

// What the other side reads of a message.
template <class Kind>
Kind sent(const Kind& message) {
  Result<Message> received = decode(encode(message));
  REQUIRE(received);
  REQUIRE(std::holds_alternative<Kind>(*received));
  return std::get<Kind>(*received);
}

std::string number(std::uint64_t value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

TEST_CASE("what is encoded is decoded") {
  const Task task = sent(Task{Purpose::probe, "/models/a", "0123.so", 0, 64 << 20, 120, 0, "", "{}"});
  CHECK(task.bundle == "/models/a");
  CHECK(task.plugin == "0123.so");
  CHECK(task.memory == 64 << 20);
  CHECK(task.cpu_limit == 120);
  const CaseEnded ended = sent(CaseEnded{"a case", "golden.yaml:2:5", "/value should be 4", 1234});
  CHECK(ended.name == "a case");
  CHECK(ended.place == "golden.yaml:2:5");
  CHECK(ended.difference == "/value should be 4");
  CHECK(ended.predict_time == 1234);
  CHECK(sent(StepBegins{Step::unload, ""}).step == Step::unload);
  CHECK(sent(Failed{Code::not_found, "why"}).code == Code::not_found);
  CHECK(sent(Unloaded{"", "a handler of SIGUSR2"}).left_behind == "a handler of SIGUSR2");
  CHECK(sent(Prepared{"seccomp", "Landlock"}).missing == "Landlock");
  const Task serving = sent(Task{Purpose::serve, "/models/a", "0123.so", 1, 0, 0, 0, "", "{}"});
  CHECK(serving.purpose == Purpose::serve);
  CHECK(sent(TakeCalls{64, 5, 6, 7}).document_bytes == 7);
  CHECK(sent(Logged{2, "careful", "id-7"}).request_id == "id-7");
  const Measured measured = sent(Measured{1, "rows", "Rows read.", -0.5, 3});
  CHECK(measured.value == -0.5);
  CHECK(measured.count == 3);
  sent(Ready{});
  sent(Proceed{});
  sent(Destroyed{});
  sent(OutOfMemory{});
}

TEST_CASE("a text is cut where it is too long, at a whole character, and is UTF-8 whatever it was") {
  const std::string why =
      sent(Failed{Code::internal, std::string(kMostText - 1, 'x') + "\xC3\xA4 and more"}).why;
  CHECK(why == std::string(kMostText - 1, 'x'));
  CHECK(sent(Failed{Code::internal, "caf\xE9"}).why == "caf?");
}

TEST_CASE("the longest message fits into a packet") {
  const std::string longest(2 * kMostText, 'x');
  CHECK(encode(CaseEnded{longest, longest, longest, 1}).size() <= kMostMessage);
}

TEST_CASE("what is no message is refused") {
  const std::string step = encode(StepBegins{Step::create, "a"});
  const std::string kind = step.substr(0, 1);
  for (const std::string& packet :
       {std::string(), std::string("\xFF"), step.substr(0, step.size() - 1), step + "x",
        kind + number(kSteps) + number(0),      // no such step
        kind + number(0) + number(UINT64_MAX),  // a text longer than the packet
        kind + number(0) + number(kMostText + 1) + std::string(kMostText + 1, 'x'),  // or than allowed
        kind + number(0) + number(1) + "\xE9"})                                      // or not UTF-8
    CHECK_FALSE(decode(packet));
}

TEST_CASE("what an examination is asked and what it sees is decoded") {
  Task task;
  task.purpose = Purpose::examine;
  task.experiment = Experiment::comma_locale;
  task.seed = 42;
  const Task received = sent(task);
  CHECK(received.purpose == Purpose::examine);
  CHECK(received.experiment == Experiment::comma_locale);
  CHECK(received.seed == 42);
  const Observed observed = sent(Observed{"p99", "", "text", 12.5});
  CHECK(observed.what == "p99");
  CHECK(observed.text == "text");
  CHECK(observed.value == 12.5);
}
