// Versions that nobody has called for a while are asleep: out of memory, and back with the next call.
#pragma once

#include <cstdint>
#include <functional>

namespace slipway::model {

class Waker {
 public:
  virtual ~Waker() = default;

  using Done = std::function<void(bool loaded)>;

  // Brings a version back that the routing table shows as asleep. `done` is called once, from another thread,
  // with whether it was loaded: then it is in the newest table, unless it has fallen asleep again meanwhile.
  // Whoever asks for the same version before that waits for the same load. False: too many wait already, and
  // `done` is not called.  [any]
  virtual bool wake(std::uint64_t id, Done done) = 0;
};

}  // namespace slipway::model
