#include <catch2/catch.hpp>

#include <slipway/testing.hpp>

#include "model.hpp"

// ctest runs this in the project's folder, where the model finds data/weights.csv.
using Model = slipway::testing::Model<@plugin@::Model>;
using @plugin@::Contract;
using @plugin@::Label;
using @plugin@::Request;

TEST_CASE("whoever has just come and calls often is likely to leave") {
  const Model model;
  const Request request{.tenure_months = 1, .monthly_charge = 95.5, .support_calls = 4, .contract = Contract::monthly};
  CHECK(model.get().predict(request).label == Label::leaves);
}

TEST_CASE("the threshold is a parameter") {
  const Request request{.tenure_months = 24, .monthly_charge = 60, .support_calls = 1, .contract = Contract::yearly};
  CHECK(Model({.parameters = R"({"threshold": 0})"}).get().predict(request).label == Label::leaves);
  CHECK(Model({.parameters = R"({"threshold": 1})"}).get().predict(request).label == Label::stays);
  CHECK_THROWS(Model({.parameters = R"({"threshold": 2})"}));
}
