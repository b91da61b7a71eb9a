#include <catch2/catch.hpp>

#include <slipway/testing.hpp>

#include "model.hpp"

using slipway::testing::json;

TEST_CASE("a number is doubled") {
  const slipway::testing::Model<@plugin@::Model> model;
  CHECK(model.predict(R"({"value": 21})") == json(R"({"value": 42})"));
}
