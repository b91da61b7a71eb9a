#include "model/semver.hpp"

#include <catch2/catch.hpp>

using slipway::model::SemanticVersion;

TEST_CASE("versions are ordered as semver.org's section 11 has it") {
  const char* const ascending[] = {"0.9.0",      "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                   "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",
                                   "1.0.0",      "1.0.1",        "1.2.0",         "1.10.0",
                                   "2.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      CHECK((*SemanticVersion::parse(ascending[i]) < *SemanticVersion::parse(ascending[j])) == (i < j));
    }
}

TEST_CASE("build metadata do not count") {
  CHECK(*SemanticVersion::parse("1.0.0+a") == *SemanticVersion::parse("1.0.0+b"));
  CHECK(SemanticVersion::parse("1.0.0-rc.1+exp.sha-5114f85")->is_prerelease());
}

TEST_CASE("what is no semantic version is refused") {
  for (const char* text : {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-01", "1.0.0-a..b",
                           "v1.0.0", "1.0.0+", "1.0.x", "99999999999999999999.0.0", " 1.0.0"}) {
    CAPTURE(text);
    CHECK_FALSE(SemanticVersion::parse(text).ok());
  }
}
