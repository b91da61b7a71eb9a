// Batches as they form: at the admission, and by whom.
#include "serving/batcher.hpp"

#include <catch2/catch.hpp>

#include <thread>

#include "serving/pool.hpp"
#include "serving/served_version.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::serving;

namespace {

constexpr Nanoseconds kLong = 3600 * kSecond;

class WaitingTask : public Task {
 public:
  explicit WaitingTask(Nanoseconds start_by, bool wanted = true) : start_by_(start_by), wanted_(wanted) {}
  void run() noexcept override {}
  bool wanted() const noexcept override { return wanted_; }
  Nanoseconds start_by() const noexcept override { return start_by_; }

 private:
  const Nanoseconds start_by_;
  const bool wanted_;
};

std::shared_ptr<Task> now() {
  return std::make_shared<WaitingTask>(monotonic_now());
}
std::shared_ptr<Task> patient() {
  return std::make_shared<WaitingTask>(monotonic_now() + kLong);
}

using Batch = std::vector<std::shared_ptr<Task>>;

// A request in JSON, and what became of it.
class AskingTask : public BatchTask {
 public:
  AskingTask(ServedVersion& served, std::string_view request, Nanoseconds timeout = kLong)
      : served_(served), body_(request) {
    call_.request_id = "test";
    call_.deadline = monotonic_now() + timeout;
  }
  void hold(const std::shared_ptr<model::Slot>& slot) { lease_ = model::Lease::of(slot); }
  void run() noexcept override {}
  bool wanted() const noexcept override { return !call_.cancelled.load(); }
  bool begin() noexcept override {
    model::prepare(served_.version(), call_, body_);
    if (call_.open) return true;
    ended = true;
    return false;
  }
  model::Call& call() noexcept override { return call_; }
  void end() noexcept override {
    model::conclude(served_.version(), call_, out_);
    ended = true;
    lease_.release();
  }
  std::string answer() const {
    return call_.outcome == model::Outcome::answered ? std::string(out_.view()) : call_.error.message;
  }

  bool ended = false;

 private:
  ServedVersion& served_;
  model::Lease lease_;
  model::Call call_{document::Limits()};
  PaddedBuffer body_;
  PaddedBuffer out_;
};

}  // namespace

TEST_CASE("a batch takes those that wait, in their order, up to its size, without places of their own") {
  Admission admission(1, 10);
  Batch tasks{now(), now(), now(), now()};
  for (const auto& task : tasks) REQUIRE(admission.enqueue(task));
  Batch batch{admission.next()};
  CHECK_FALSE(admission.gather(batch, 3));  // more wait, but no place is free
  CHECK(batch == Batch{tasks[0], tasks[1], tasks[2]});
  CHECK(admission.waiting() == 1);
  CHECK(admission.running() == 1);
  CHECK(admission.leave());
  CHECK(admission.next() == tasks[3]);
}

TEST_CASE("who is in a batch does not fill the queue any more") {
  Admission admission(1, 2);
  for (int i = 0; i < 3; ++i) REQUIRE(admission.enqueue(now()));
  CHECK_FALSE(admission.enqueue(now()));
  Batch batch{admission.next()};
  CHECK_FALSE(admission.gather(batch, 8));
  for (int i = 0; i < 2; ++i) CHECK(admission.enqueue(now()));
  CHECK_FALSE(admission.enqueue(now()));
}

TEST_CASE("where more wait than a batch takes and a place is free, another batch may begin") {
  Admission admission(2, 10);
  for (int i = 0; i < 3; ++i) REQUIRE(admission.enqueue(now()));
  Batch batch{admission.next()};
  CHECK(admission.gather(batch, 2));
  CHECK(admission.next() != nullptr);
}

TEST_CASE("a batch waits for more until it is full") {
  Admission admission(2, 10);
  REQUIRE(admission.enqueue(patient()));
  Batch batch{admission.next()};
  bool more = true;
  std::thread gatherer([&] { more = admission.gather(batch, 3); });
  while (admission.needs_turn()) std::this_thread::yield();  // until it gathers
  CHECK(admission.enqueue(patient()));
  CHECK_FALSE(admission.needs_turn());
  CHECK(admission.next() == nullptr);  // it is the batch's, although a place is free
  CHECK(admission.running() == 1);
  CHECK(admission.enqueue(patient()));
  gatherer.join();
  CHECK_FALSE(more);
  CHECK(batch.size() == 3);
  CHECK(admission.needs_turn());
}

TEST_CASE("one that must start ends the wait of all") {
  Admission admission(1, 10);
  REQUIRE(admission.enqueue(patient()));
  Batch batch{admission.next()};
  std::thread gatherer([&] { (void)admission.gather(batch, 8); });
  const bool queued = admission.enqueue(patient()) && admission.enqueue(now());
  gatherer.join();
  CHECK(queued);
  CHECK(batch.size() + admission.waiting() == 3);
}

TEST_CASE("one that has waited long enough already waits no longer") {
  Admission admission(1, 10);
  REQUIRE(admission.enqueue(now()));
  Batch batch{admission.next()};
  CHECK_FALSE(admission.gather(batch, 8));
  CHECK(batch.size() == 1);
}

TEST_CASE("a batch answers each of its requests, and leaves out who is not in it") {
  const TemporaryBundle bundle("batches",
                               "name: tested\nversion: 1.0.0\nexecution: inline\nbatching: {size: 8}\n"
                               "parameters: {tell: true}\n");
  auto version = bundle.load();
  if (!version) FAIL(version.error().message);
  const auto slot = std::make_shared<ServedVersion>(std::move(*version));
  REQUIRE(slot->batcher() != nullptr);
  CHECK_FALSE(slot->execution().runs_inline());  // whatever the manifest says
  Pool pool(1);
  std::vector<std::shared_ptr<AskingTask>> tasks;
  for (const char* request : {R"({"value":1})", "{", R"({"value":"x"})", R"({"value":-1})", R"({"value":2})"})
    tasks.push_back(std::make_shared<AskingTask>(*slot, request));
  tasks.push_back(std::make_shared<AskingTask>(*slot, R"({"value":3})"));
  tasks.back()->call().cancelled = true;
  tasks.push_back(std::make_shared<AskingTask>(*slot, R"({"value":4})", -kSecond));
  for (const auto& task : tasks) {
    task->hold(slot);
    REQUIRE(slot->admission().enqueue(task));
  }
  const auto first = std::static_pointer_cast<BatchTask>(slot->admission().next());
  slot->batcher()->run(first, slot, pool);
  CHECK_FALSE(slot->admission().leave());
  CHECK(tasks[0]->answer() == R"({"value":2.0,"batch":3})");
  CHECK(tasks[1]->call().outcome == model::Outcome::malformed);
  CHECK(tasks[2]->call().outcome == model::Outcome::invalid_request);
  CHECK(tasks[3]->answer() == "not this one");
  CHECK(tasks[3]->call().outcome == model::Outcome::refused_by_model);
  CHECK(tasks[4]->answer() == R"({"value":4.0,"batch":3})");
  CHECK_FALSE(tasks[5]->ended);  // whoever has given it up has settled it
  CHECK(tasks[6]->call().outcome == model::Outcome::timed_out);
  CHECK(tasks[0]->call().predict_time > 0);
  CHECK(tasks[0]->call().predict_time == tasks[4]->call().predict_time);
  const auto sizes = slot->batcher()->sizes().snapshot();
  CHECK(sizes.sum == 3);
  CHECK(sizes.counts[2] == 1);  // of 3 and 4
}
