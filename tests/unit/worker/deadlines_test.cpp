#include "worker/deadlines.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::worker;

TEST_CASE("a step has what is left of the budget, a case its own time within that") {
  Deadlines deadlines(1000 * kSecond, 60 * kSecond);
  CHECK(deadlines.next() == 1060 * kSecond);
  CHECK(deadlines.is_of_budget());
  deadlines.step(1005 * kSecond, 10 * kSecond);
  CHECK(deadlines.next() == 1015 * kSecond);
  CHECK_FALSE(deadlines.is_of_budget());
  deadlines.step(1055 * kSecond, 10 * kSecond);
  CHECK(deadlines.next() == 1060 * kSecond);
  CHECK(deadlines.is_of_budget());
}

TEST_CASE("what a child waits for a core puts its deadlines off, each time by what is new") {
  Deadlines deadlines(1000 * kSecond, 60 * kSecond);
  deadlines.step(1000 * kSecond, 10 * kSecond);
  CHECK(deadlines.put_off(1010 * kSecond, 7 * kSecond));
  CHECK(deadlines.next() == 1017 * kSecond);
  CHECK_FALSE(deadlines.is_of_budget());
  CHECK(deadlines.put_off(1017 * kSecond, 9 * kSecond));
  CHECK(deadlines.next() == 1019 * kSecond);
  CHECK_FALSE(deadlines.put_off(1019 * kSecond, 9 * kSecond + Deadlines::kWorthwhile - 1));
  CHECK(deadlines.next() == 1019 * kSecond);
  deadlines.step();
  CHECK(deadlines.next() == 1069 * kSecond);
}

TEST_CASE("patience ends: a child that spins without end is heard of on a busy machine, too") {
  Deadlines deadlines(1000 * kSecond, 60 * kSecond);
  CHECK(deadlines.put_off(1600 * kSecond, 500 * kSecond));
  CHECK_FALSE(deadlines.put_off(1601 * kSecond, 590 * kSecond));
}
