#include "lifecycle/catalog.hpp"

#include <catch2/catch.hpp>

#include "version_of.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using model::State;

namespace {

// A catalog, and how it looks from the routing table.
struct Subject {
  model::RoutingTableOwner tables;
  Catalog catalog{tables};

  VersionId ready(const std::string& name, std::string_view version) {
    const VersionId id = catalog.enter(name, version_of(version), "digest");
    for (const State state : {State::verified, State::loaded, State::warmed, State::gated})
      catalog.move(id, state);
    catalog.install(id, std::make_shared<model::Slot>(nullptr));
    return id;
  }
  // "1.0.0 ready, 2.0.0 serving"
  std::string versions(std::string_view name) const {
    const std::shared_ptr<const model::RoutingTable> table = tables.current();
    const model::Route* const route = table->find(name);
    if (route == nullptr) return "no route";
    std::string all;
    for (const model::RoutedVersion& each : route->versions)
      all += (all.empty() ? "" : ", ") + each.version + " " + std::string(model::to_text(each.state));
    return all;
  }
  std::shared_ptr<model::Slot> stable(std::string_view name) const {
    const std::shared_ptr<const model::RoutingTable> table = tables.current();
    const model::Route* const route = table->find(name);
    return route == nullptr ? nullptr : route->stable;
  }
};

}  // namespace

TEST_CASE("each state of a version is in the routing table, and only what is ready can be called") {
  Subject s;
  const VersionId id = s.catalog.enter("m", version_of("1.0.0"), "abc");
  CHECK(s.versions("m") == "1.0.0 staged");
  for (const State state : {State::verified, State::loaded, State::warmed, State::gated}) {
    s.catalog.move(id, state);
    CHECK(s.tables.current()->find("m")->find("1.0.0") == nullptr);
  }
  const auto slot = std::make_shared<model::Slot>(nullptr);
  s.catalog.install(id, slot);
  CHECK(s.versions("m") == "1.0.0 ready");
  CHECK(s.tables.current()->find("m")->find("1.0.0") == slot);
  CHECK(s.tables.current()->find("m")->versions.front().digest == "abc");
  CHECK(s.stable("m") == nullptr);
  CHECK(s.catalog.counters().entered[static_cast<std::size_t>(State::ready)] == 1);
}

TEST_CASE("a label with a policy makes its version the canary, which keeps its trial until the label moves") {
  Subject s;
  const VersionId stable = s.ready("m", "1.0.0"), candidate = s.ready("m", "1.1.0");
  s.catalog.point("stable", stable);
  const auto canary = [&] { return s.tables.current()->find("m")->canary; };
  CHECK(canary() == nullptr);
  model::TrafficPolicy policy;
  policy.share = 0.5;
  const auto trial = std::make_shared<model::Trial>(policy, nullptr);
  CHECK(s.catalog.point("canary", candidate, {policy, trial}) == 0);
  REQUIRE(canary() != nullptr);
  CHECK(canary()->slot == s.catalog.slot(candidate));
  CHECK(canary()->trial == trial);
  CHECK(s.catalog.slot(candidate)->trial() == trial.get());
  s.catalog.point("blue", candidate);  // a label of the operator's own changes nothing of that
  CHECK(s.catalog.slot(candidate)->trial() == trial.get());

  // It becomes stable: in one table it is that, and no canary any more.
  CHECK(s.catalog.point("stable", candidate, {}, {"canary"}) == stable);
  CHECK(canary() == nullptr);
  CHECK(s.catalog.slot(candidate)->trial() == nullptr);
  CHECK(s.versions("m") == "1.0.0 ready, 1.1.0 serving");
  CHECK(s.catalog.unpoint("m", "blue") == candidate);
  CHECK(s.versions("m") == "1.0.0 ready, 1.1.0 serving");
  CHECK(s.catalog.unpoint("m", "blue") == 0);
  CHECK(s.catalog.unpoint("m", "stable") == candidate);
  CHECK(s.versions("m") == "1.0.0 ready, 1.1.0 ready");
}

TEST_CASE("a version that is put to sleep keeps its labels, and wakes to what it was") {
  Subject s;
  const VersionId id = s.ready("m", "1.0.0");
  s.catalog.point("stable", id);
  CHECK_FALSE(s.catalog.wake(id, nullptr));
  REQUIRE(s.catalog.put_to_sleep(id) != nullptr);
  CHECK(s.versions("m") == "1.0.0 draining");
  CHECK(s.catalog.is_asleep(id));
  CHECK_FALSE(s.catalog.sleeper(id));  // not out of memory yet
  s.catalog.move(id, State::unloaded);
  CHECK(s.stable("m") == nullptr);
  REQUIRE(s.tables.current()->find("m")->sleeper({}, {}) != nullptr);
  CHECK(s.catalog.sleeper(id)->digest == "digest");
  CHECK(s.catalog.labelled("m", "stable") == id);
  s.ready("m", "1.0.0");  // another of the same text does not drop it
  CHECK(s.catalog.is_asleep(id));

  const auto slot = std::make_shared<model::Slot>(nullptr);
  CHECK(s.catalog.wake(id, slot));
  CHECK(s.stable("m") == slot);
  CHECK_FALSE(s.catalog.is_asleep(id));
  CHECK_FALSE(s.catalog.wake(id, slot));

  // One that is withdrawn in its sleep does not come back.
  s.catalog.put_to_sleep(id);
  s.catalog.move(id, State::unloaded);
  CHECK(s.catalog.withdraw(id) == nullptr);
  CHECK(s.catalog.labelled("m", "stable") == 0);
  CHECK_FALSE(s.catalog.wake(id, slot));
}

TEST_CASE("versions are listed in the order of precedence") {
  Subject s;
  for (const char* version : {"1.10.0", "1.2.0", "2.0.0-rc.1", "2.0.0"}) s.ready("m", version);
  CHECK(s.versions("m") == "1.2.0 ready, 1.10.0 ready, 2.0.0-rc.1 ready, 2.0.0 ready");
}

TEST_CASE("pointing a label swaps in one table, and says what it pointed to") {
  Subject s;
  const VersionId one = s.ready("m", "1.0.0");
  const VersionId two = s.ready("m", "2.0.0");
  CHECK(s.catalog.point("stable", one) == 0);
  CHECK(s.stable("m") == s.catalog.slot(one));
  const std::uint64_t generation = s.tables.generation();
  CHECK(s.catalog.point("stable", two) == one);
  CHECK(s.tables.generation() == generation + 1);
  CHECK(s.versions("m") == "1.0.0 ready, 2.0.0 serving");
  CHECK(s.stable("m") == s.catalog.slot(two));
  CHECK(s.catalog.counters().swaps == 2);

  s.catalog.point("canary", two);
  s.catalog.point("stable", one);
  CHECK(s.versions("m") == "1.0.0 serving, 2.0.0 serving");  // the canary label still points to it
  CHECK(s.catalog.labelled("m", "canary") == two);
  CHECK(s.catalog.labelled("m", "other") == 0);
}

TEST_CASE("a version that is withdrawn is in no table, and its labels point nowhere") {
  Subject s;
  const VersionId one = s.ready("m", "1.0.0");
  const std::shared_ptr<model::Slot> slot = s.catalog.slot(one);
  s.catalog.point("stable", one);
  CHECK(s.catalog.withdraw(one) == slot);
  CHECK(s.versions("m") == "1.0.0 draining");
  CHECK(s.stable("m") == nullptr);
  CHECK(s.tables.current()->find("m")->find("1.0.0") == nullptr);
  CHECK(s.catalog.withdraw(one) == nullptr);
  s.catalog.move(one, State::unloaded, "for a reason");
  CHECK(s.tables.current()->find("m")->versions.front().why == "for a reason");
  s.catalog.forget(one);
  CHECK(s.versions("m") == "no route");
}

TEST_CASE("what failed is listed until it is tried again, and only so much of it") {
  Subject s;
  s.ready("m", "0.1.0");
  for (int i = 0; i < 40; ++i) {
    const VersionId id = s.catalog.enter("m", version_of("1.0." + std::to_string(i)), "");
    s.catalog.move(id, State::failed, "no good");
  }
  CHECK(s.tables.current()->find("m")->versions.size() <= 20);
  const VersionId again = s.catalog.enter("m", version_of("1.0.39"), "");
  s.catalog.move(again, State::failed, "still no good");
  int listed = 0;
  for (const model::RoutedVersion& each : s.tables.current()->find("m")->versions) {
    if (each.version != "1.0.39") continue;
    ++listed;
    CHECK(each.why == "still no good");
  }
  CHECK(listed == 1);
  CHECK(s.versions("m").substr(0, 11) == "0.1.0 ready");
}

TEST_CASE("a shadow is one object from table to table, until its label points elsewhere") {
  Subject s;
  const VersionId one = s.ready("m", "1.0.0");
  const VersionId two = s.ready("m", "2.0.0");
  const auto shadow = [&] { return s.tables.current()->find("m")->shadow; };
  model::TrafficPolicy policy;
  policy.share = 0.5;
  policy.tolerance = {0.1, 0};
  s.catalog.point("stable", one);
  CHECK(shadow() == nullptr);
  s.catalog.point("shadow", two, {policy, nullptr});
  const std::shared_ptr<model::Shadow> first = shadow();
  REQUIRE(first != nullptr);
  CHECK(first->slot == s.catalog.slot(two));
  CHECK(first->policy == policy);
  s.ready("m", "3.0.0");
  CHECK(shadow() == first);
  CHECK_FALSE(first->ended);

  s.catalog.point("shadow", two, {policy, nullptr});
  CHECK(shadow() != first);
  CHECK(first->ended);
  const std::shared_ptr<model::Shadow> second = shadow();
  s.catalog.unpoint("m", "shadow");
  CHECK(shadow() == nullptr);
  CHECK(second->ended);

  s.catalog.point("shadow", two);  // a label like any other
  CHECK(shadow() == nullptr);
  s.catalog.point("canary", two, {policy, nullptr});
  CHECK(shadow() == nullptr);
}

TEST_CASE("what callers of a version are told changes with the next table") {
  Subject s;
  const VersionId one = s.ready("m", "1.0.0");
  const std::uint64_t generation = s.tables.generation();
  const auto notice =
      std::make_shared<const model::DeprecationNotice>("m", model::Deprecation{"2027-06-01", "", ""});
  s.catalog.announce(one, notice);
  CHECK(s.catalog.slot(one)->deprecation() == notice.get());
  CHECK(s.tables.generation() == generation + 1);
  s.catalog.announce(one, nullptr);
  CHECK(s.catalog.slot(one)->deprecation() == nullptr);
  s.catalog.announce(99, notice);  // nobody
}

TEST_CASE("a shadow that is asleep gets no copies until it wakes") {
  Subject s;
  const VersionId one = s.ready("m", "1.0.0");
  const VersionId two = s.ready("m", "2.0.0");
  const auto notice =
      std::make_shared<const model::DeprecationNotice>("m", model::Deprecation{"2027-06-01", "", ""});
  model::TrafficPolicy policy;
  policy.share = 1;
  s.catalog.point("stable", one);
  REQUIRE(s.catalog.put_to_sleep(two) != nullptr);
  s.catalog.move(two, State::unloaded);
  s.catalog.point("shadow", two, {policy, nullptr});
  s.catalog.announce(two, notice);
  CHECK(s.tables.current()->find("m")->shadow == nullptr);
  const auto slot = std::make_shared<model::Slot>(nullptr);
  REQUIRE(s.catalog.wake(two, slot));
  REQUIRE(s.tables.current()->find("m")->shadow != nullptr);
  CHECK(s.tables.current()->find("m")->shadow->slot == slot);
  CHECK(slot->deprecation() == notice.get());
}
