#include <catch2/catch.hpp>

#include <slipway/testing.hpp>

#include <vector>

#include "model.hpp"

using Model = slipway::testing::Model<@plugin@::Model>;
using slipway::testing::json;

TEST_CASE("a constant signal stays as it is") {
  const Model model;
  const std::vector<double> signal(100, 2.5);
  const auto response = model.get().predict({.signal = signal});
  CHECK(response.smoothed == signal);
  CHECK(response.mean == 2.5);
}

TEST_CASE("a radius of nothing changes nothing") {
  const Model model({.parameters = R"({"radius": 0})"});
  CHECK(model.predict(R"({"signal": [1.5, -2.0, 6.5]})") == json(R"({"smoothed": [1.5, -2.0, 6.5], "mean": 2.0})"));
}
