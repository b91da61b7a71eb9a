#include "slipway/batch.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "slipway/testing.hpp"

using slipway::testing::Answer;
using slipway::testing::json;

namespace {

// Doubles numbers. In a batch -1 is refused, -2 throws, -3 is not finite; -4 makes the whole batch throw, and
// -5 refuses it.
class Doubler {
 public:
  explicit Doubler(const slipway::Setup&) {}
  void predict(slipway::Request request, slipway::Response& response) const {
    response = 2 * request.number();
  }
  void predict_batch(std::span<slipway::BatchItem> items) const {
    for (slipway::BatchItem& item : items) {
      const double value = item.request().number();
      if (value == -4) throw std::bad_alloc();
      if (value == -5) throw slipway::InvalidArgument("/0", "is odd");
      if (value == -1) {
        item.fail(slipway::InvalidArgument("/0", item.context().request_id() == "test" ? "not this" : "?"));
        continue;
      }
      item.attempt([&] {
        if (value == -2) throw slipway::Unavailable("later");
        if (value == -3) item.response() = std::numeric_limits<double>::infinity();
        item.response() = 2 * value;
      });
    }
  }
};

// Typed; forgets a response where it is asked to.
class Typed {
 public:
  explicit Typed(const slipway::Setup&) {}
  double predict(double number) const { return 2 * number; }
  std::vector<double> predict_batch(std::span<const double> numbers) const {
    std::vector<double> doubled;
    for (const double number : numbers)
      if (number != 13) doubled.push_back(2 * number);
    return doubled;
  }
};

struct Alone {
  explicit Alone(const slipway::Setup&) {}
  double predict(double number) const { return number; }
};

static_assert(slipway::detail::PredictsBatch<Doubler> && !slipway::detail::PredictsBatchTyped<Doubler>);
static_assert(slipway::detail::PredictsBatchTyped<Typed> && !slipway::detail::PredictsBatch<Typed>);
static_assert(!slipway::detail::HasPredictBatch<Alone>);

template <class Model>
std::vector<Answer> ask(const std::vector<std::string>& requests) {
  const slipway::testing::Model<Model> model;
  return model.predict_batch(requests);
}

}  // namespace

TEST_CASE("each item of a batch is answered or fails by itself") {
  const std::vector<Answer> answers = ask<Doubler>({"1", "-1", "-2", "-3", "2"});
  CHECK(answers[0] == json("2.0"));
  CHECK(answers[1].status == SLW_INVALID_ARGUMENT);
  CHECK(answers[1].pointer == "/0");
  CHECK(answers[1].message == "not this");
  CHECK(answers[2].status == SLW_UNAVAILABLE);
  CHECK(answers[2].message == "later");
  CHECK(answers[3].status == SLW_FAILED);
  CHECK_FALSE(answers[3].message.empty());
  CHECK(answers[4] == json("4.0"));
}

TEST_CASE("what a batch throws fails all of its items") {
  for (const Answer& answer : ask<Doubler>({"1", "-4"})) {
    CHECK(answer.status == SLW_UNAVAILABLE);
    CHECK(answer.message == "the model ran out of memory");
  }
  for (const Answer& answer : ask<Doubler>({"1", "-5"})) {
    CHECK(answer.message == "is odd");
    CHECK(answer.pointer.empty());  // of which request?
  }
}

TEST_CASE("a typed batch reads each request and writes each response; what cannot be read is left out") {
  const std::vector<Answer> answers = ask<Typed>({"1", "\"x\"", "3"});
  CHECK(answers[0] == json("2.0"));
  CHECK(answers[1].status == SLW_INVALID_ARGUMENT);
  CHECK(answers[2] == json("6.0"));
  CHECK(ask<Typed>({"\"x\""})[0].status == SLW_INVALID_ARGUMENT);
}

TEST_CASE("a typed batch gives as many responses as it got requests") {
  for (const Answer& answer : ask<Typed>({"1", "13"})) {
    CHECK(answer.status == SLW_FAILED);
    CHECK(answer.message == "predict_batch gave 1 responses to 2 requests");
  }
}

TEST_CASE("a model offers batches if it has predict_batch, and nothing else") {
  constexpr slw_plugin kBatching = slipway::detail::plugin_table<Doubler>("", "");
  REQUIRE(kBatching.get_extension != nullptr);
  CHECK(kBatching.get_extension("slipway.other.v0") == nullptr);
  CHECK(slipway::detail::plugin_table<Alone>("", "").get_extension == nullptr);
  CHECK_THROWS_AS(ask<Alone>({"1"}), std::logic_error);
}
