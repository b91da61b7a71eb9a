#include "model/routing_table.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace slipway::model {

const Route* RoutingTable::find(std::string_view model) const {
  if (index_.empty()) return nullptr;
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = std::hash<std::string_view>()(model) & mask;; at = (at + 1) & mask) {
    if (index_[at] == kFree) return nullptr;
    const Route& route = *routes_[index_[at]];
    if (route.name == model) return &route;
  }
}

std::size_t RoutingTable::place_of(std::string_view model) const {
  const auto at = std::lower_bound(
      routes_.begin(), routes_.end(), model,
      [](const std::shared_ptr<const Route>& route, std::string_view name) { return route->name < name; });
  return static_cast<std::size_t>(at - routes_.begin());
}

std::shared_ptr<const RoutingTable> RoutingTable::with(std::shared_ptr<const Route> route) const {
  auto table = std::make_shared<RoutingTable>(*this);
  const std::size_t place = place_of(route->name);
  if (place < routes_.size() && routes_[place]->name == route->name) {
    table->routes_[place] = std::move(route);
    return table;
  }
  table->routes_.insert(table->routes_.begin() + static_cast<std::ptrdiff_t>(place), std::move(route));
  table->build_index();
  return table;
}

std::shared_ptr<const RoutingTable> RoutingTable::without(std::string_view model) const {
  auto table = std::make_shared<RoutingTable>(*this);
  const std::size_t place = place_of(model);
  if (place == routes_.size() || routes_[place]->name != model) return table;
  table->routes_.erase(table->routes_.begin() + static_cast<std::ptrdiff_t>(place));
  table->build_index();
  return table;
}

void RoutingTable::build_index() {
  index_.assign(routes_.empty() ? 0 : std::bit_ceil(2 * routes_.size()), kFree);
  const std::size_t mask = index_.size() - 1;
  for (std::uint32_t i = 0; i < routes_.size(); ++i) {
    std::size_t at = std::hash<std::string_view>()(routes_[i]->name) & mask;
    while (index_[at] != kFree) at = (at + 1) & mask;
    index_[at] = i;
  }
}

void RoutingTableOwner::publish(std::shared_ptr<const RoutingTable> table) {
  const std::lock_guard lock(mutex_);
  table_.swap(table);
  // Inside the lock: a reader that sees the new number finds a table at least as new.
  generation_.fetch_add(1, std::memory_order_release);
  published_at_ = monotonic_now();
}

void RoutingTableOwner::announce() {
  {
    const std::lock_guard lock(mutex_);
    if (awaited_.generation == 0 && !readers_.empty()) awaited_ = {generation(), published_at_};
    note_arrival();
  }
  const std::lock_guard lock(refreshing_);
  if (refresh_) refresh_();
}

std::shared_ptr<const RoutingTable> RoutingTableOwner::current() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

void RoutingTableOwner::set_refresh(std::function<void()> refresh) {
  const std::lock_guard lock(refreshing_);
  refresh_ = std::move(refresh);
}

void RoutingTableOwner::enter(RoutingTableReader& reader) const {
  const std::lock_guard lock(mutex_);
  readers_.push_back(&reader);
}

void RoutingTableOwner::leave(RoutingTableReader& reader) const {
  const std::lock_guard lock(mutex_);
  std::erase(readers_, &reader);
}

void RoutingTableOwner::catch_up(RoutingTableReader& reader) const {
  std::shared_ptr<const RoutingTable> before = std::move(reader.table_);  // goes when the lock is given back
  const std::lock_guard lock(mutex_);
  reader.table_ = table_;
  reader.generation_ = generation_.load(std::memory_order_relaxed);
  note_arrival();
}

// With the lock held.
void RoutingTableOwner::note_arrival() const {
  if (awaited_.generation == 0) return;
  for (const RoutingTableReader* const each : readers_)
    if (each->generation_ < awaited_.generation) return;
  refresh_times_.observe(monotonic_now() - awaited_.since);
  awaited_ = {};
}

}  // namespace slipway::model
