#include "api/key_ring.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::api;

namespace {

Key key(const std::string& name, const std::string& text) {
  Key made;
  made.name = name;
  made.digest = sha256(text);
  made.models = {"a", "b"};
  return made;
}

}  // namespace

TEST_CASE("keys are found by what was presented, and by nothing else") {
  std::vector<Key> keys;
  for (int i = 0; i < 100; ++i) keys.push_back(key(std::to_string(i), "secret" + std::to_string(i)));
  const KeyRing ring(std::move(keys), nullptr);
  for (int i = 0; i < 100; ++i) {
    const KeyRing::Entry* const found = ring.find("secret" + std::to_string(i));
    REQUIRE(found != nullptr);
    CHECK(found->key.name == std::to_string(i));
  }
  for (const char* const wrong : {"", "secret", "secret100", "Secret1", "secret1 "})
    CHECK(ring.find(wrong) == nullptr);
  CHECK(KeyRing({}, nullptr).find("secret1") == nullptr);
}

TEST_CASE("two hashes that begin alike are told apart") {
  Key one = key("one", "secret");
  Key other = one;
  other.name = "other";
  other.digest[31] ^= 1;
  for (const auto& keys : {std::vector<Key>{one, other}, std::vector<Key>{other, one}}) {
    const KeyRing ring(keys, nullptr);
    REQUIRE(ring.find("secret") != nullptr);
    CHECK(ring.find("secret")->key.name == "one");
  }
  CHECK(KeyRing({other}, nullptr).find("secret") == nullptr);
}

TEST_CASE("a key is for its models, or for all") {
  Key wide = key("wide", "wide");
  wide.all_models = true;
  const KeyRing ring({key("narrow", "narrow"), wide}, nullptr);
  CHECK(ring.find("narrow")->may_call("a"));
  CHECK_FALSE(ring.find("narrow")->may_call("c"));
  CHECK_FALSE(ring.find("narrow")->may_call("A"));
  CHECK(ring.find("wide")->may_call("c"));
}

TEST_CASE("a ring that takes another's place takes over what its keys have used up") {
  Key limited = key("limited", "limited");
  limited.rate = 0.5;
  const KeyRing before({limited}, nullptr);
  const KeyRing::Entry& entry = *before.find("limited");
  CHECK(entry.interval == 2 * kSecond);
  CHECK(entry.burst == 2 * kSecond);
  CHECK(entry.rate->take(kSecond, entry.interval, entry.burst) == 0);
  limited.name = "renamed";
  const KeyRing after({limited, key("new", "new")}, &before);
  CHECK(after.find("limited")->rate == entry.rate);
  CHECK(after.find("new")->interval == 0);
}
