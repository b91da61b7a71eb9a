// Who may call what: looks at a request's key before its route does anything. Serving threads read a snapshot
// without a lock, as they do the routing table.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/key_ring.hpp"
#include "http/exchange.hpp"

namespace slipway::api {

class KeyGuard {
 public:
  enum Refusal { kUnknown, kNotAllowed, kTooFast, kRefusals };

  // Reads the file; an error of read_keys().
  static Result<std::unique_ptr<KeyGuard>> open(std::string file, unsigned serving_threads);

  // Reads the file again. What is wrong with it changes nothing.  [control]
  Status reload();
  std::size_t keys() const;  // [any]

  // Whether the request has a key. If not: answers 401.  [serving thread]
  bool knows(http::Exchange& exchange) { return find(exchange) != nullptr; }

  // Whether the request's key may call `model`, or is a key at all if that is empty. If not: answers 401, 403
  // or 429.  [serving thread]
  bool admit(http::Exchange& exchange, std::string_view model);

  std::uint64_t refused(Refusal why) const { return refused_[why].load(std::memory_order_relaxed); }

 private:
  struct alignas(64) ThreadState {
    std::uint64_t generation = 0;
    std::shared_ptr<const KeyRing> ring;
  };

  KeyGuard(std::string file, unsigned serving_threads) : file_(std::move(file)), threads_(serving_threads) {}
  const KeyRing& ring(unsigned thread);
  const KeyRing::Entry* find(http::Exchange& exchange);
  void refuse(http::Exchange& exchange, Refusal why, int status, std::string_view detail);

  const std::string file_;
  std::vector<ThreadState> threads_;
  std::atomic<std::uint64_t> generation_{0};
  mutable std::mutex mutex_;  // of what follows; taken by a thread once for each generation
  std::shared_ptr<const KeyRing> ring_;
  std::array<std::atomic<std::uint64_t>, kRefusals> refused_{};
};

}  // namespace slipway::api
