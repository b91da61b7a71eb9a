// Compatibility against the validators: no document may contradict a verdict that claims to be proven.
#include <string>

#include "schema/compatibility.hpp"
#include "schema_generator.hpp"
#include "support.hpp"

namespace slipway::schema {
namespace {

using testing::Json;
using testing::RandomJson;

#ifdef SLIPWAY_SANITIZED  // which looks for other mistakes, and takes several times as long
constexpr std::uint64_t kPairs = 2'000;
#else
constexpr std::uint64_t kPairs = 6'000;
#endif
constexpr int kDocuments = 30;  // for each pair

struct Tally {
  std::size_t compatible = 0;
  std::size_t breaking = 0;
  std::size_t cannot_tell = 0;
  std::size_t accepted = 0;      // documents of compatible pairs that the narrower schema accepts
  std::size_t contradicted = 0;  // pairs that a generated document proves not to be compatible
};

std::shared_ptr<const Schema> compiled(const Json& schema) {
  CompileOptions standard;
  standard.strict = false;
  return schema_of(schema.to_text(), standard);
}

// All features, or few of them: those schemas are about less, but say more of it.
std::uint32_t some_features(std::mt19937_64& choice) {
  if (choice() % 4 == 0) return testing::kEveryFeature;
  std::uint32_t features = testing::kType;
  const std::uint64_t density = 1 + choice() % 3;
  for (unsigned i = 0; i < 19; ++i)
    if (choice() % 4 < density) features |= 1u << i;
  return features;
}

// A schema and one that differs from it in up to three places, or in all.
std::pair<Json, Json> some_pair(std::mt19937_64& choice, RandomJson& random) {
  Json first = testing::random_schema(random);
  if (choice() % 10 == 0) return {first, testing::random_schema(random)};
  Json second = first;
  for (std::uint64_t changes = 1 + choice() % 3; changes > 0; --changes)
    second = testing::mutate_schema(random, second);
  if (choice() % 2 == 0) std::swap(first, second);
  return {std::move(first), std::move(second)};
}

// `from` and `to`: what the one accepts, the other should.
void check_pair(std::uint64_t seed, Tally& tally) {
  std::mt19937_64 choice(seed);
  RandomJson random(seed, some_features(choice));
  const auto [from, to] = some_pair(choice, random);
  INFO("seed " << seed << "\nfrom " << from.to_text() << "\nto " << to.to_text());
  const auto narrow = compiled(from);
  const auto wide = compiled(to);
  const Comparison comparison = choice() % 2 == 0 ? compare(*narrow, *wide, Direction::request)
                                                  : compare(*wide, *narrow, Direction::response);
  bool contradicted = false;
  for (int i = 0; i < kDocuments; ++i) {
    const std::string text = testing::random_document(random, i % 2 == 0 ? from : to).to_text();
    const document::Document document = json(text);
    if (!narrow->accepts(document.root())) continue;
    const bool refused = !wide->accepts(document.root());
    contradicted = contradicted || refused;
    if (comparison.verdict != Verdict::compatible) continue;
    ++tally.accepted;
    INFO("document " << text);
    REQUIRE_FALSE(refused);
  }
  REQUIRE(comparison.changes.empty() == (comparison.verdict == Verdict::compatible));
  for (const Change& change : comparison.changes) {
    REQUIRE(change.example.empty() == (change.verdict == Verdict::cannot_tell));
    if (change.example.empty()) continue;
    INFO("example " << change.example);
    const document::Document example = json(change.example);
    REQUIRE(narrow->accepts(example.root()));
    REQUIRE_FALSE(wide->accepts(example.root()));
  }
  tally.contradicted += contradicted ? 1 : 0;
  switch (comparison.verdict) {
    case Verdict::compatible:
      ++tally.compatible;
      break;
    case Verdict::breaking:
      ++tally.breaking;
      break;
    case Verdict::cannot_tell:
      ++tally.cannot_tell;
      break;
  }
}

}  // namespace

TEST_CASE("no document contradicts a verdict", "[compatibility]") {
  Tally tally;
  for (std::uint64_t seed = 0; seed < kPairs; ++seed) check_pair(seed, tally);
  INFO("compatible " << tally.compatible << ", breaking " << tally.breaking << ", cannot tell "
                     << tally.cannot_tell << ", contradicted " << tally.contradicted << ", accepted "
                     << tally.accepted);
  // What would make all of the above say nothing.
  CHECK(tally.compatible > kPairs / 3);
  CHECK(tally.breaking > kPairs / 5);
  CHECK(tally.cannot_tell < kPairs / 50);
  CHECK(tally.contradicted > kPairs / 10);
  CHECK(tally.accepted > 5 * kPairs);
}

}  // namespace slipway::schema
