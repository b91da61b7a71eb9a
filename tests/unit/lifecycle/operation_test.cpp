#include "lifecycle/operations.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>

#include "base/give_way.hpp"

using namespace slipway;
using namespace slipway::lifecycle;

namespace {

// Until the operation has more than `seen` steps, or has ended.
Operation::Report report_after(Operation& operation, std::size_t seen) {
  std::promise<void> awake;
  operation.when_more_than(seen, [&] { awake.set_value(); });
  awake.get_future().wait();
  return operation.report(seen);
}

// Until it has ended.
Operation::Report outcome_of(Operation& operation) {
  for (std::size_t seen = 0;;) {
    const Operation::Report report = report_after(operation, seen);
    seen += report.steps.size();
    if (report.ended) return report;
  }
}

}  // namespace

TEST_CASE("an operation's steps are told from where the caller is, and its end once") {
  Operation operation(7, "release");
  operation.step("one");
  operation.step("two");
  CHECK(operation.report(0).steps == std::vector<std::string>{"one", "two"});
  CHECK(operation.report(1).steps == std::vector<std::string>{"two"});
  CHECK(operation.report(5).steps.empty());
  CHECK_FALSE(operation.report(0).ended);
  operation.finish(Error(Code::not_found, "there is none"));
  const Operation::Report report = operation.report(2);
  CHECK(report.ended);
  CHECK_FALSE(report.succeeded);
  CHECK(report.code == Code::not_found);
  CHECK(report.outcome == "there is none");
}

TEST_CASE("who waits for news is woken by the next step, or by the end, and only once") {
  Operation operation(1, "x");
  int woken = 0;
  operation.when_more_than(0, [&] { ++woken; });
  operation.when_more_than(1, [&] { woken += 10; });
  CHECK(woken == 0);
  operation.step("one");
  CHECK(woken == 1);
  operation.when_more_than(0, [&] { woken += 100; });  // there is news already
  CHECK(woken == 101);
  operation.finish(std::string("done"));
  CHECK(woken == 111);
  operation.when_more_than(9, [&] { woken += 1000; });  // it has ended
  CHECK(woken == 1111);
}

TEST_CASE("operations run one at a time, in the order they were asked for") {
  Operations operations;
  std::string order;
  std::shared_ptr<Operation> last;
  for (const char* name : {"a", "b", "c"})
    last = operations.start(name, [&order, name](Operation& operation) -> Result<std::string> {
      order += name;
      operation.step("ran");
      return order;
    });
  REQUIRE(last != nullptr);
  const Operation::Report report = outcome_of(*last);
  CHECK(report.succeeded);
  CHECK(report.outcome == "abc");
  CHECK(operations.find(last->id()) == last);
  CHECK(operations.find(99) == nullptr);
}

TEST_CASE("the last operations that ended are remembered, and every one that waits") {
  const auto nothing = [](Operation&) -> Result<std::string> { return std::string(); };
  Operations operations;
  std::promise<void> begun, release;
  const auto held = operations.start("held", [&](Operation&) -> Result<std::string> {
    begun.set_value();
    release.get_future().wait();
    return std::string();
  });
  begun.get_future().wait();
  std::vector<std::shared_ptr<Operation>> waiting;
  while (const std::shared_ptr<Operation> each = operations.start("waits", nothing)) waiting.push_back(each);
  CHECK(waiting.size() == Operations::kMostWaiting);
  CHECK(operations.find(held->id()) == held);
  for (const std::shared_ptr<Operation>& each : waiting) CHECK(operations.find(each->id()) == each);
  release.set_value();
  CHECK(outcome_of(*waiting.back()).succeeded);
  for (std::size_t i = 0; i < Operations::kMostRemembered; ++i)
    CHECK(outcome_of(*operations.start("later", nothing)).succeeded);
  CHECK(operations.find(held->id()) == nullptr);
  CHECK(operations.find(waiting.front()->id()) == nullptr);
}

TEST_CASE("work that throws is a failed operation, and the next one runs") {
  Operations operations;
  const auto bad = operations.start("bad", [](Operation&) -> Result<std::string> { throw std::bad_alloc(); });
  const auto good =
      operations.start("good", [](Operation&) -> Result<std::string> { return std::string("fine"); });
  CHECK_FALSE(outcome_of(*bad).succeeded);
  CHECK(outcome_of(*good).outcome == "fine");
}

TEST_CASE("what waits when the host stops ends as cancelled, and no more than so many wait") {
  std::promise<void> begun, release;
  std::shared_ptr<Operation> waiting;
  auto operations = std::make_unique<Operations>();
  operations->start("long", [&](Operation&) -> Result<std::string> {
    begun.set_value();
    release.get_future().wait();
    return std::string("done");
  });
  begun.get_future().wait();
  for (std::size_t i = 0; i < Operations::kMostWaiting; ++i)
    waiting =
        operations->start("waits", [](Operation&) -> Result<std::string> { return std::string("ran"); });
  REQUIRE(waiting != nullptr);
  CHECK(operations->start("one too many", [](Operation&) -> Result<std::string> { return std::string(); }) ==
        nullptr);
  std::thread ends([&] { operations.reset(); });
  // The end takes what waits away before it waits for what runs, so this ends without the long one.
  release.set_value();
  ends.join();
  const Operation::Report report = waiting->report(0);
  CHECK(report.ended);
}

TEST_CASE("work that may wait gives way, and what comes after it does not") {
  Operations operations;
  const auto pace = [](Operation&) -> Result<std::string> { return std::string(gives_way() ? "yes" : "no"); };
  const auto patient = operations.start("patient", pace, Operations::Pace::gives_way);
  const auto prompt = operations.start("prompt", pace);
  const auto failing = operations.start(
      "failing", [](Operation&) -> Result<std::string> { throw std::bad_alloc(); },
      Operations::Pace::gives_way);
  CHECK(outcome_of(*patient).outcome == "yes");
  CHECK(outcome_of(*prompt).outcome == "no");
  CHECK(outcome_of(*failing).code == Code::internal);
}
