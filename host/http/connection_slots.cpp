#include "http/connection_slots.hpp"

namespace slipway::http {

void ConnectionSlot::release() noexcept {
  if (ConnectionSlots* const slots = std::exchange(slots_, nullptr)) slots->give_back(client_);
}

bool ConnectionSlots::take_any() noexcept {
  if (taken_.fetch_add(1, std::memory_order_relaxed) < most_) return true;
  taken_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

ConnectionSlots::Taken ConnectionSlots::take(ClientKey client, ConnectionSlot& slot) {
  if (client != kNobody) {
    const std::lock_guard lock(mutex_);
    const auto own = of_client_.try_emplace(client, 0).first;
    const bool greedy = most_of_client_ < most_ && own->second >= most_of_client_;
    if (greedy || !take_any()) {
      if (own->second == 0) of_client_.erase(own);
      return greedy ? Taken::client_has_too_many : Taken::all_taken;
    }
    ++own->second;
  } else if (!take_any()) {
    return Taken::all_taken;
  }
  slot = ConnectionSlot(*this, client);
  return Taken::yes;
}

void ConnectionSlots::give_back(ClientKey client) noexcept {
  taken_.fetch_sub(1, std::memory_order_relaxed);
  if (client == kNobody) return;
  const std::lock_guard lock(mutex_);
  const auto own = of_client_.find(client);
  if (--own->second == 0) of_client_.erase(own);
}

}  // namespace slipway::http
