// Versions that nobody has called for a while are asleep: out of memory, and back with the next call.
#pragma once

#include <cstdint>
#include <functional>

namespace slipway::model {

class Waker {
 public:
  virtual ~Waker() = default;

  // Brings a version back that the routing table shows as asleep. `done` is called once, from another thread:
  // the version is in the newest table then, or could not be loaded. Whoever asks for the same version
  // meanwhile waits for the same load. False: too many wait already, and `done` is not called.  [any]
  virtual bool wake(std::uint64_t id, std::function<void()> done) = 0;
};

}  // namespace slipway::model
