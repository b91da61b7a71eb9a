#include <catch2/catch.hpp>

#include <slipway/testing.hpp>

#include "model.hpp"

// ctest runs this in the project's folder, where the model finds data/weights.csv.
using Model = slipway::testing::Model<@plugin@::Model>;
using @plugin@::Place;
using @plugin@::Request;

TEST_CASE("a larger flat costs more, and the range is about the estimate") {
  const Model model;
  const auto small = model.get().predict(Request{.area = 40, .rooms = 2, .age = 10, .place = Place::suburb});
  const auto large = model.get().predict(Request{.area = 90, .rooms = 2, .age = 10, .place = Place::suburb});
  CHECK(small.price < large.price);
  CHECK(small.low < small.price);
  CHECK(small.price < small.high);
}

TEST_CASE("a range below nothing is refused") {
  CHECK_THROWS(Model({.parameters = R"({"deviations": -1})"}));
}
