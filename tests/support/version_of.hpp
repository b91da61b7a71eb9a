// A semantic version that a test knows to be one.
#pragma once

#include <catch2/catch.hpp>

#include <string_view>

#include "model/semver.hpp"

inline slipway::model::SemanticVersion version_of(std::string_view text) {
  slipway::Result<slipway::model::SemanticVersion> parsed = slipway::model::SemanticVersion::parse(text);
  REQUIRE(parsed);
  return std::move(*parsed);
}
