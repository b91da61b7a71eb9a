#include "serving/admission.hpp"

#include <catch2/catch.hpp>

using namespace slipway::serving;

namespace {

class CountingTask : public Task {
 public:
  explicit CountingTask(bool wanted = true) : wanted_(wanted) {}
  void run() noexcept override {}
  bool wanted() const noexcept override { return wanted_; }
  void give_up() { wanted_ = false; }

 private:
  bool wanted_;
};

}  // namespace

TEST_CASE("no more run at once than there are places") {
  Admission admission(2, 10);
  CHECK(admission.try_enter());
  CHECK(admission.try_enter());
  CHECK_FALSE(admission.try_enter());
  CHECK_FALSE(admission.leave());
  CHECK(admission.try_enter());
}

TEST_CASE("newcomers do not overtake those who wait") {
  Admission admission(1, 10);
  REQUIRE(admission.try_enter());
  const auto task = std::make_shared<CountingTask>();
  REQUIRE(admission.enqueue(task));
  CHECK(admission.next() == nullptr);  // no place
  CHECK(admission.leave());            // somebody waits
  CHECK_FALSE(admission.try_enter());
  CHECK(admission.next() == task);
  CHECK_FALSE(admission.leave());
  CHECK(admission.try_enter());
}

TEST_CASE("a full queue turns away, but not for the sake of those who gave up") {
  Admission admission(1, 2);
  REQUIRE(admission.try_enter());
  const auto first = std::make_shared<CountingTask>();
  REQUIRE(admission.enqueue(first));
  REQUIRE(admission.enqueue(std::make_shared<CountingTask>()));
  CHECK_FALSE(admission.enqueue(std::make_shared<CountingTask>()));
  first->give_up();
  CHECK(admission.enqueue(std::make_shared<CountingTask>()));
  CHECK(admission.waiting() == 2);
}

TEST_CASE("free places count before the queue does") {
  Admission admission(3, 0);
  for (int i = 0; i < 3; ++i) CHECK(admission.enqueue(std::make_shared<CountingTask>()));
  CHECK_FALSE(admission.enqueue(std::make_shared<CountingTask>()));
  REQUIRE(admission.next() != nullptr);
  CHECK_FALSE(admission.enqueue(std::make_shared<CountingTask>()));
  CHECK(admission.leave());
  CHECK(admission.enqueue(std::make_shared<CountingTask>()));
}

TEST_CASE("a task nobody wants any more is never started") {
  Admission admission(1, 10);
  const auto wanted = std::make_shared<CountingTask>();
  REQUIRE(admission.enqueue(std::make_shared<CountingTask>(false)));
  REQUIRE(admission.enqueue(wanted));
  CHECK(admission.next() == wanted);
  CHECK(admission.waiting() == 0);
  CHECK_FALSE(admission.leave());
  CHECK(admission.next() == nullptr);
  CHECK(admission.running() == 0);
}
