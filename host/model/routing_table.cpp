#include "model/routing_table.hpp"

namespace slipway::model {

void RoutingTableOwner::publish(std::shared_ptr<const RoutingTable> table) {
  const std::lock_guard lock(mutex_);
  table_.swap(table);
  // Inside the lock: a reader that sees the new number finds a table at least as new.
  generation_.fetch_add(1, std::memory_order_release);
}

std::shared_ptr<const RoutingTable> RoutingTableOwner::current() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

void RoutingTableReader::refresh() {
  // The number first: if a newer table comes in between, the next look refreshes again.
  generation_ = owner_.generation();
  table_ = owner_.current();
}

}  // namespace slipway::model
