#include "authoring/metrics.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace slipway;
using namespace slipway::authoring;

namespace {

double value(std::string_view metric, const Outcomes& outcomes) {
  const Metric* const found = find_metric(metric);
  REQUIRE(found != nullptr);
  const Result<double> computed = found->compute(outcomes);
  if (!computed) FAIL(computed.error().message);
  return *computed;
}

Outcomes labels(std::vector<std::string> actual, std::vector<std::string> predicted,
                std::string positive = {}) {
  Outcomes outcomes;
  outcomes.true_labels = std::move(actual);
  outcomes.predicted_labels = std::move(predicted);
  outcomes.positive = std::move(positive);
  return outcomes;
}

Outcomes scores(std::vector<std::string> actual, std::vector<double> scores) {
  Outcomes outcomes = labels(std::move(actual), {}, "1");
  outcomes.scores = std::move(scores);
  return outcomes;
}

}  // namespace

TEST_CASE("metrics of labels, with a positive one") {
  // 3 true positives, 1 false positive, 2 false negatives, 4 true negatives.
  const Outcomes outcomes = labels({"1", "1", "1", "0", "1", "1", "0", "0", "0", "0"},
                                   {"1", "1", "1", "1", "0", "0", "0", "0", "0", "0"}, "1");
  CHECK(value("accuracy", outcomes) == 0.7);
  CHECK(value("precision", outcomes) == 0.75);
  CHECK(value("recall", outcomes) == 0.6);
  CHECK(value("f1", outcomes) == 6.0 / 9.0);
}

TEST_CASE("metrics of labels are means over all of them without a positive one") {
  const Outcomes outcomes = labels({"a", "a", "b", "c"}, {"a", "b", "b", "b"});
  CHECK(value("accuracy", outcomes) == 0.5);
  CHECK(value("precision", outcomes) == Approx((1.0 + 1.0 / 3 + 0) / 3));
  CHECK(value("recall", outcomes) == Approx((0.5 + 1 + 0) / 3));
  CHECK(value("f1", outcomes) == Approx((2.0 / 3 + 0.5 + 0) / 3));
}

TEST_CASE("what would divide by zero is 0") {
  const Outcomes none = labels({"1", "1"}, {"0", "0"}, "1");
  CHECK(value("precision", none) == 0);
  CHECK(value("recall", none) == 0);
  CHECK(value("f1", none) == 0);
}

TEST_CASE("the area under the curve counts ties half") {
  CHECK(value("auc", scores({"0", "0", "1", "1"}, {0.1, 0.4, 0.35, 0.8})) == 0.75);
  CHECK(value("auc", scores({"0", "1"}, {0.5, 0.5})) == 0.5);
  CHECK(value("auc", scores({"1", "0", "1", "0"}, {0.9, 0.1, 0.5, 0.5})) == 0.875);
  CHECK(value("auc", scores({"1", "0"}, {-1, 3})) == 0);
  CHECK_FALSE(find_metric("auc")->compute(scores({"1", "1"}, {0.1, 0.2})).ok());
}

TEST_CASE("the logarithmic loss is finite") {
  CHECK(value("log_loss", scores({"1", "0"}, {0.5, 0.5})) == Approx(std::log(2.0)));
  CHECK(value("log_loss", scores({"1", "0", "0", "1"}, {0.9, 0.1, 0.2, 0.65})) ==
        Approx(0.21616187468057912));
  CHECK(value("log_loss", scores({"1"}, {0})) == Approx(-std::log(0x1p-52)));
  CHECK_FALSE(find_metric("log_loss")->compute(scores({"1"}, {1.5})).ok());
}

TEST_CASE("metrics of values") {
  Outcomes outcomes;
  outcomes.true_values = {3, -0.5, 2, 7};
  outcomes.predicted_values = {2.5, 0, 2, 8};
  CHECK(value("mae", outcomes) == 0.5);
  CHECK(value("rmse", outcomes) == Approx(std::sqrt(0.375)));
  CHECK(value("r2", outcomes) == Approx(0.9486081370449679));
  outcomes.true_values = {1, 1};
  outcomes.predicted_values = {1, 2};
  CHECK_FALSE(find_metric("r2")->compute(outcomes).ok());
  CHECK(find_metric("gini") == nullptr);
}
