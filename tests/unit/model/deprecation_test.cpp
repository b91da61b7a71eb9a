#include "model/deprecation.hpp"

#include <catch2/catch.hpp>

using namespace slipway::model;

TEST_CASE("days are seconds since 1970, and the other way around") {
  CHECK(seconds_of_day("1970-01-01") == 0);
  CHECK(seconds_of_day("2023-07-01") == 1688169600);
  CHECK(seconds_of_day("1969-12-31") == -86400);
  CHECK(seconds_of_day("2024-02-29") == 1709164800);
  for (const char* const none : {"", "2023-02-29", "2023-7-1", "tomorrow", "2023-07-01T00:00:00Z"})
    CHECK_FALSE(seconds_of_day(none).has_value());
  CHECK(day_of_seconds(0) == "1970-01-01");
  CHECK(day_of_seconds(1688169599) == "2023-06-30");
  CHECK(day_of_seconds(1688169600) == "2023-07-01");
}

TEST_CASE("a notice has the headers' values as their standards want them") {
  const DeprecationNotice notice("churn", {"2023-07-01", "2.0.0-rc.1+b", "2023-12-31"});
  CHECK(notice.since == "@1688169600");
  CHECK(notice.sunset == "Sun, 31 Dec 2023 00:00:00 GMT");
  CHECK(notice.link == "</models/churn/versions/2.0.0-rc.1+b/predict>; rel=\"successor-version\"");
}

TEST_CASE("what is not said, or has no route, has no header") {
  const DeprecationNotice bare("churn", {"2023-07-01", "", ""});
  CHECK(bare.sunset.empty());
  CHECK(bare.link.empty());
  CHECK(DeprecationNotice("churn", {"2023-07-01", "the next>; rel=\"x\"", ""}).link.empty());
}
