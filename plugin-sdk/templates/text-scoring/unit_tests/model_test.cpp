#include <catch2/catch.hpp>

#include <slipway/testing.hpp>

#include <vector>

#include "model.hpp"

namespace {

std::vector<std::string> cut_up(std::string_view text) {
  std::vector<std::string> found;
  @plugin@::for_each_word(text, [&](const std::string& word) { found.push_back(word); });
  return found;
}

}  // namespace

TEST_CASE("a text is cut at whatever is no letter") {
  CHECK(cut_up("").empty());
  CHECK(cut_up("Don't  PANIC!") == std::vector<std::string>{"don", "t", "panic"});
  CHECK(cut_up("Z\xc3\xbcrich 8001") == std::vector<std::string>{"z\xc3\xbcrich"});
}

TEST_CASE("words that count are told once each, in order") {
  const slipway::testing::Model<@plugin@::Model> model;  // ctest runs this where data/weights.csv is
  CHECK(model.get().predict({.text = "prize, free PRIZE"}).words == std::vector<std::string>{"free", "prize"});
}
