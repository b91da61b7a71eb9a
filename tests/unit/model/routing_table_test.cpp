#include "model/routing_table.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace slipway::model;

namespace {

std::shared_ptr<const Route> route_of(const std::string& name, std::shared_ptr<Slot> stable = nullptr) {
  auto route = std::make_shared<Route>();
  route->name = name;
  route->stable = std::move(stable);
  return route;
}

// A table that says its own number by how many models it has.
std::shared_ptr<const RoutingTable> table_of(int models) {
  auto table = std::make_shared<const RoutingTable>();
  for (int i = 0; i < models; ++i) table = table->with(route_of("m" + std::to_string(i)));
  return table;
}

}  // namespace

TEST_CASE("a version is found by its text or its label, while it may be called") {
  const auto slot = std::make_shared<Slot>(nullptr);
  Route route;
  route.versions.push_back({1, "1.0.0", "", State::failed, 0, "no good", nullptr, {}, false});
  CHECK(route.find("1.0.0") == nullptr);
  route.versions.push_back({2, "1.0.0", "", State::ready, 0, "", slot, {}, false});
  CHECK(route.find("1.0.0") == slot);
  CHECK(route.find("2.0.0") == nullptr);
  route.labels.emplace("canary", slot);
  CHECK(route.labelled("canary") == slot);
  CHECK(route.labelled("stable") == nullptr);
}

TEST_CASE("a version that is asleep is found by its text, by a label, and as the stable one") {
  Route route;
  route.versions.push_back({1, "1.0.0", "", State::unloaded, 0, "", nullptr, {"stable", "old"}, true});
  route.versions.push_back({2, "1.1.0", "", State::unloaded, 0, "", nullptr, {"canary"}, false});
  for (const auto& [version, label] :
       {std::pair("", ""), std::pair("1.0.0", ""), std::pair("", "stable"), std::pair("", "old")}) {
    const RoutedVersion* const sleeper = route.sleeper(version, label);
    REQUIRE(sleeper != nullptr);
    CHECK(sleeper->id == 1);
  }
  for (const auto& [version, label] :
       {std::pair("1.1.0", ""), std::pair("", "canary"), std::pair("", "none")})
    CHECK(route.sleeper(version, label) == nullptr);
}

TEST_CASE("a table finds each of many models, and differs from the one it was made of in one route") {
  const std::shared_ptr<const RoutingTable> before = table_of(1000);
  REQUIRE(before->routes().size() == 1000);
  for (int i = 0; i < 1000; ++i) {
    const Route* const found = before->find("m" + std::to_string(i));
    REQUIRE(found != nullptr);
    CHECK(found->name == "m" + std::to_string(i));
  }
  CHECK(before->find("m1000") == nullptr);
  CHECK(RoutingTable().find("m0") == nullptr);

  const auto slot = std::make_shared<Slot>(nullptr);
  const std::shared_ptr<const RoutingTable> after = before->with(route_of("m500", slot));
  CHECK(after->routes().size() == 1000);
  CHECK(after->find("m500")->stable == slot);
  CHECK(before->find("m500")->stable == nullptr);
  CHECK(after->find("m501") == before->find("m501"));

  const std::shared_ptr<const RoutingTable> without = after->without("m500");
  CHECK(without->find("m500") == nullptr);
  CHECK(without->find("m501") != nullptr);
  CHECK(without->without("m500")->routes().size() == 999);
  for (std::size_t i = 1; i < without->routes().size(); ++i)
    CHECK(without->routes()[i - 1]->name < without->routes()[i]->name);
}

TEST_CASE("a reader sees a new table at its next look, and never an older one after it") {
  RoutingTableOwner owner;
  std::atomic<bool> done{false};
  std::atomic<int> went_back{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      RoutingTableReader reader(owner);
      std::size_t newest = 0;
      while (!done.load()) {
        const std::size_t seen = reader.table().routes().size();
        if (seen < newest) went_back.fetch_add(1);
        newest = seen;
      }
    });
  for (int i = 1; i <= 300; ++i) owner.publish(owner.current()->with(route_of("m" + std::to_string(i))));
  RoutingTableReader late(owner);
  CHECK(late.table().routes().size() == 300);
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  CHECK(went_back.load() == 0);
}

TEST_CASE("an announced table is timed until its last reader uses it") {
  RoutingTableOwner owner;
  const auto timed = [&] {
    std::uint64_t count = 0;
    for (const std::uint64_t each : owner.refresh_times().snapshot().counts) count += each;
    return count;
  };
  int calls = 0;
  owner.set_refresh([&] { ++calls; });
  {
    RoutingTableReader first(owner), second(owner);
    owner.publish(table_of(1));
    first.table();
    second.table();
    CHECK(timed() == 0);  // nobody announced it

    owner.publish(table_of(2));
    owner.announce();
    CHECK(calls == 1);
    first.table();
    first.table();
    CHECK(timed() == 0);
    owner.publish(table_of(3));
    owner.announce();
    CHECK(second.table().routes().size() == 3);
    CHECK(timed() == 1);
    first.table();
    CHECK(timed() == 1);

    owner.publish(table_of(4));
    first.table();
    second.table();
    owner.announce();  // after both have looked
    CHECK(timed() == 2);
  }
  owner.set_refresh({});
  owner.publish(table_of(5));
  owner.announce();  // nobody reads
  CHECK(timed() == 2);
  CHECK(calls == 3);
}

TEST_CASE("a lease ends once, wherever it has been moved") {
  auto slot = std::make_shared<Slot>(nullptr);
  {
    Lease first = Lease::of(slot);
    REQUIRE(first);
    Lease second = std::move(first);
    CHECK(slot->leases().held() == 1);
    second = Lease::of(slot);
    CHECK(slot->leases().held() == 1);
  }
  CHECK(slot->leases().held() == 0);
  const slipway::Result<slipway::Bell> bell = slipway::Bell::create();
  REQUIRE(bell);
  slot->leases().close(*bell);
  CHECK_FALSE(Lease::of(slot));
  CHECK_FALSE(Lease::of(nullptr));
}
