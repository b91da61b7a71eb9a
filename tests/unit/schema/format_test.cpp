// Each format, by texts that have it and texts that do not.
#include <catch2/catch.hpp>

#include "schema/format.hpp"

namespace slipway::schema {
namespace {

void check(Format format, std::initializer_list<std::string_view> good,
           std::initializer_list<std::string_view> bad) {
  for (const std::string_view text : good) {
    INFO(text);
    CHECK(has_format(format, text));
  }
  for (const std::string_view text : bad) {
    INFO(text);
    CHECK_FALSE(has_format(format, text));
  }
}

}  // namespace

TEST_CASE("formats", "[schema]") {
  check(Format::date, {"2024-02-29", "2000-02-29", "0000-01-01"},
        {"", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-1-01", "2024-01-01 ",
         "20240101"});
  check(Format::date_time,
        {"2018-11-13T20:20:39Z", "2018-11-13t20:20:39.123456789123z", "2018-11-13T20:20:39+05:30",
         "2016-12-31T23:59:60Z", "2017-01-01T01:29:60+01:30"},
        {"2018-11-13", "2018-11-13T20:20:39", "2018-11-13 20:20:39Z", "2018-11-13T24:00:00Z",
         "2018-11-13T20:20:39.Z", "2018-11-13T20:20:60Z", "2018-11-13T20:20:39+24:00",
         "2018-11-13T20:20:39Z\n"});
  check(Format::email,
        {"a@b", "a.b+c@example.com", "\"a b\"@example.com", "a@[192.0.2.1]", "a@[IPv6:::1]", "é@example.com"},
        {"", "a", "@b", "a@", "a b@c", ".a@b", "a.@b", "a..b@c", "a@b c", "a@-b", "\"a\"b\"@c",
         "a@[300.0.0.1]", "a@[IPv6:x]"});
  check(Format::hostname, {"a", "a.b-c.d1", "1a"}, {"", ".", "a.", ".a", "-a", "a-", "a_b", "a..b", "a-.b"});
  CHECK_FALSE(has_format(Format::hostname, std::string(64, 'a')));
  CHECK(has_format(Format::hostname, std::string(63, 'a')));
  check(Format::ipv4, {"0.0.0.0", "255.255.255.255"},
        {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "1..2.3", "1.2.3.1000"});
  check(Format::ipv6,
        {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "1::8",
         "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8"},
        {"", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
         "12345::", "g::", "1:2:3:4:5:6:7:1.2.3.4", "::1%eth0", "1:2:3:4:5:6:7:8::", "1.2.3.4", "1:"});
  check(Format::uri,
        {"http://a/b?c#d", "urn:a:b", "mailto:a@b", "http://[::1]:80/", "x:", "http://u:p@h:1",
         "http://[v1.a:b]"},
        {"", "a", "//a/b", "/a", "http://a b", "http://a/%g0", "http://[::1", "1a:b", ":a", "http://a:b",
         "http://a/\"", "a:b#c#d", "http://é"});
  check(Format::uuid, {"123e4567-e89b-12d3-a456-426614174000", "123E4567-E89B-12D3-A456-426614174000"},
        {"", "123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400",
         "123e4567-e89b-12d3-a456-42661417400g", "123e4567-e89b-12d3-a456_426614174000"});
}

TEST_CASE("names of formats", "[schema]") {
  for (const char* const name : {"date-time", "date", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"})
    CHECK(format_named(name));
  CHECK_FALSE(format_named("regex"));
}

}  // namespace slipway::schema
