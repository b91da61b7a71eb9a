#include "model/routing_table.hpp"

#include <catch2/catch.hpp>

#include <thread>
#include <vector>

using namespace slipway::model;

namespace {

// A table that says its own number by how many models it has.
std::shared_ptr<const RoutingTable> table_of(int models) {
  auto table = std::make_shared<RoutingTable>();
  for (int i = 0; i < models; ++i) table->add("m" + std::to_string(i), {});
  return table;
}

}  // namespace

TEST_CASE("models and versions are found by name") {
  RoutingTable table;
  auto slot = std::make_shared<Slot>(nullptr);
  Route route;
  route.stable = slot;
  route.versions.emplace("1.0.0", slot);
  table.add("known", route);
  REQUIRE(table.find("known") != nullptr);
  CHECK(table.find("unknown") == nullptr);
  CHECK(table.find("known")->find("1.0.0") == slot);
  CHECK(table.find("known")->find("2.0.0") == nullptr);
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
        const std::size_t seen = reader.table().size();
        if (seen < newest) went_back.fetch_add(1);
        newest = seen;
      }
    });
  for (int i = 1; i <= 300; ++i) owner.publish(table_of(i));
  RoutingTableReader late(owner);
  CHECK(late.table().size() == 300);
  done.store(true);
  for (std::thread& reader : readers) reader.join();
  CHECK(went_back.load() == 0);
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
  slot->leases().close();
  CHECK_FALSE(Lease::of(slot));
  CHECK_FALSE(Lease::of(nullptr));
}
