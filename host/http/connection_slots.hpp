// Which connections may be open: so many in all, and so many of one client, so that nobody takes them all.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace slipway::http {

// Who connects, for counting: an IPv4 address, or the first 64 bits of an IPv6 one, which is what one client
// can choose its addresses from. kNobody is not counted.
using ClientKey = std::uint64_t;
constexpr ClientKey kNobody = 0;

class ConnectionSlots;

// The right of one connection to be open; given back with the object.
class ConnectionSlot {
 public:
  ConnectionSlot() = default;
  ConnectionSlot(ConnectionSlot&& other) noexcept
      : slots_(std::exchange(other.slots_, nullptr)), client_(other.client_) {}
  ConnectionSlot& operator=(ConnectionSlot&& other) noexcept {
    release();
    slots_ = std::exchange(other.slots_, nullptr);
    client_ = other.client_;
    return *this;
  }
  ~ConnectionSlot() { release(); }

  bool held() const { return slots_ != nullptr; }
  void release() noexcept;

 private:
  friend class ConnectionSlots;
  ConnectionSlot(ConnectionSlots& slots, ClientKey client) : slots_(&slots), client_(client) {}

  ConnectionSlots* slots_ = nullptr;
  ClientKey client_ = kNobody;
};

// Touched when a connection opens or closes, never between. Any thread. It must outlive its slots.
class ConnectionSlots {
 public:
  ConnectionSlots(std::size_t most, std::size_t most_of_client)
      : most_(most), most_of_client_(most_of_client) {}

  enum class Taken { yes, all_taken, client_has_too_many };
  // Fills in `slot`, which holds none, if there is one for this client. May throw std::bad_alloc.
  Taken take(ClientKey client, ConnectionSlot& slot);

  bool all_taken() const { return taken_.load(std::memory_order_relaxed) >= most_; }

 private:
  friend class ConnectionSlot;
  bool take_any() noexcept;
  void give_back(ClientKey client) noexcept;

  const std::size_t most_;
  const std::size_t most_of_client_;
  std::atomic<std::size_t> taken_{0};
  std::mutex mutex_;
  // A tree: whoever chooses addresses cannot choose them to collide.
  std::map<ClientKey, std::size_t> of_client_;
};

}  // namespace slipway::http
