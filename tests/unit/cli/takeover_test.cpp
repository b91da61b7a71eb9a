#include "cli/takeover.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::cli;

namespace {

http::ListenGroup group(http::ListenAddress asked, http::ListenAddress actual, bool lives_on = false) {
  http::ListenGroup made;
  made.asked = std::move(asked);
  made.actual = std::move(actual);
  made.lives_on = lives_on;
  return made;
}

std::vector<http::ListenGroup> one(http::ListenGroup only) {
  std::vector<http::ListenGroup> all;
  all.push_back(std::move(only));
  return all;
}

}  // namespace

TEST_CASE("a socket is matched by the address it was made for, and by the one it has") {
  for (const std::uint16_t port : {std::uint16_t{0}, std::uint16_t{4711}}) {
    std::vector<http::ListenAddress> listen{{"127.0.0.1", port}, {"::1", 80}};
    const Matched matched = match_groups(one(group({"127.0.0.1", 0}, {"127.0.0.1", 4711})), listen);
    REQUIRE(matched.groups.size() == 1);
    CHECK(matched.groups[0].asked == http::ListenAddress{"127.0.0.1", port});
    CHECK(matched.groups[0].actual.port == 4711);
    CHECK(listen == std::vector<http::ListenAddress>{{"::1", 80}});
    CHECK(matched.other.empty());
  }
}

TEST_CASE("what the new host is not to listen on is left") {
  std::vector<http::ListenAddress> listen{{"127.0.0.1", 8080}};
  const Matched matched = match_groups(one(group({"127.0.0.1", 8081}, {"127.0.0.1", 8081})), listen);
  CHECK(matched.groups.empty());
  CHECK(matched.other == std::vector<http::ListenAddress>{{"127.0.0.1", 8081}});
  CHECK(listen.size() == 1);
}

TEST_CASE("a socket of the service manager's is taken whatever the configuration says") {
  std::vector<http::ListenAddress> listen;
  const Matched matched = match_groups(one(group({"0.0.0.0", 80}, {"0.0.0.0", 80}, true)), listen);
  CHECK(matched.groups.size() == 1);
}

TEST_CASE("two addresses with port 0 get one socket each") {
  std::vector<http::ListenGroup> handed = one(group({"127.0.0.1", 0}, {"127.0.0.1", 1001}));
  handed.push_back(group({"127.0.0.1", 0}, {"127.0.0.1", 1002}));
  std::vector<http::ListenAddress> listen{{"127.0.0.1", 0}, {"127.0.0.1", 0}};
  const Matched matched = match_groups(std::move(handed), listen);
  CHECK(matched.groups.size() == 2);
  CHECK(listen.empty());
}

TEST_CASE("a host with a store can be taken over there, one without it where it says") {
  CHECK(takeover_socket("", "/srv/store") == "/srv/store/takeover.sock");
  CHECK(takeover_socket("/run/t", "/srv/store") == "/run/t");
  CHECK(takeover_socket("", "").empty());
}
