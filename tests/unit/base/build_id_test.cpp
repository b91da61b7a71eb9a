#include "base/build_id.hpp"

#include <catch2/catch.hpp>

TEST_CASE("the program knows its build ID") {
  const std::string id = slipway::program_build_id();
  CHECK(id.size() >= 16);
  CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(id == slipway::program_build_id());
}
