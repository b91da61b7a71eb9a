#include "schema/pattern_search.hpp"

#include "support.hpp"

namespace slipway::schema {
namespace {

using Outcome = TextAnswer::Outcome;

// The patterns of one query, and its answer.
struct Search {
  TextQuery query = {};

  Search& add(std::vector<const Pattern*> TextQuery::*to, std::string_view source) {
    auto pattern = std::make_shared<Pattern>(*Pattern::compile(source));
    kept.push_back(pattern);
    (query.*to).push_back(pattern.get());
    return *this;
  }
  Search& matching(std::string_view source) { return add(&TextQuery::matching, source); }
  Search& avoiding(std::string_view source) { return add(&TextQuery::avoiding, source); }
  Search& lengths(std::uint64_t min, std::uint64_t max = TextQuery::kUnbounded) {
    query.min_length = min;
    query.max_length = max;
    return *this;
  }
  TextAnswer find() const { return PatternSearch().find(query); }

  std::vector<std::shared_ptr<const Pattern>> kept;
};

bool none(const Search& search) {
  return search.find().outcome == Outcome::none;
}
std::string found(const Search& search) {
  const TextAnswer answer = search.find();
  REQUIRE(answer.outcome == Outcome::found);
  return answer.text;
}

}  // namespace

TEST_CASE("texts that some patterns match and others do not", "[schema]") {
  CHECK(none(Search().matching("^[a-c]+$").avoiding("^[a-z]+$")));
  CHECK(found(Search().matching("^[a-z]+$").avoiding("^[a-c]+$")) == "d");
  CHECK(none(Search().matching("^a").matching("^b")));
  CHECK(found(Search().matching("^a").matching("b$")) == "ab");
  CHECK(none(Search().avoiding("")));
  CHECK(none(Search().avoiding("^[\\s\\S]*$")));
  CHECK(found(Search().avoiding("^.*$")) == "\n");
  CHECK(none(Search().matching("(a|b)c").avoiding("c")));
  CHECK(found(Search().matching("^[^\\x00-\\x7f]$")).size() == 2);
}

TEST_CASE("texts within a range of lengths", "[schema]") {
  CHECK(none(Search().matching("^[0-9]{4}$").lengths(5)));
  CHECK(none(Search().matching("^[0-9]{4}$").lengths(0, 3)));
  CHECK(found(Search().matching("^[0-9]{4}$").lengths(4, 4)) == "0000");
  CHECK(found(Search().lengths(3)) == "aaa");
  CHECK(found(Search().lengths(0, 0)) == "");
  CHECK(none(Search().lengths(4, 3)));
  CHECK(none(Search().matching("^é{3}$").lengths(4)));  // characters, not bytes
  CHECK(found(Search().matching("^é{3}$").lengths(3, 3)) == "ééé");
}

TEST_CASE("what cannot be searched is unknown, never none", "[schema]") {
  CHECK(Search().matching("^\\p{Lu}$").avoiding("^[A-Z]$").find().outcome == Outcome::unknown);
  CHECK(none(Search().matching("^\\p{Lu}$").matching("^a").matching("^b")));
  CHECK(none(Search().matching("\\p{Lu}").avoiding("\\p{Lu}")));
  CHECK(Search()
            .matching("^(a{50}b?)*$")
            .matching("^(a{49}c?)*$")
            .matching("^(a{47}d?)*$")
            .lengths(1)
            .find()
            .outcome == Outcome::unknown);
}

}  // namespace slipway::schema
