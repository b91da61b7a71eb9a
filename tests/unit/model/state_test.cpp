#include "model/state.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace slipway::model;

namespace {

std::string successors(State from) {
  std::string all;
  for (std::size_t i = 0; i < kStates; ++i)
    if (may_follow(from, static_cast<State>(i)))
      all += (all.empty() ? "" : " ") + std::string(to_text(static_cast<State>(i)));
  return all;
}

}  // namespace

TEST_CASE("a version goes through its life in one direction") {
  CHECK(successors(State::staged) == "verified failed");
  CHECK(successors(State::verified) == "loaded failed");
  CHECK(successors(State::loaded) == "warmed failed");
  CHECK(successors(State::warmed) == "gated failed");
  CHECK(successors(State::gated) == "ready failed");
  CHECK(successors(State::ready) == "serving draining");
  CHECK(successors(State::serving) == "ready draining");
  CHECK(successors(State::draining) == "unloaded");
  CHECK(successors(State::unloaded) == "loaded failed");
  CHECK(successors(State::failed).empty());
}

TEST_CASE("every state has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kStates; ++i) names.insert(to_text(static_cast<State>(i)));
  CHECK(names.size() == kStates);
}
