// The life of a version in this host.
#pragma once

#include <cstdint>
#include <string_view>

namespace slipway::model {

// staged -> verified -> loaded -> warmed -> gated -> ready <-> serving -> draining -> unloaded; failed from
// any of those before ready. An unloaded version comes back through loaded.
enum class State : std::uint8_t {
  staged,    // known, nothing of it looked at yet
  verified,  // hashes, manifest, schemas, compatibility and plugin file are good, and a throw-away process
             // survived it
  loaded,    // in this process, its model created
  warmed,    // has predicted, so that its first caller does not pay for cold memory
  gated,     // its golden cases passed, through the code that serves traffic
  ready,     // may be called: pinned routes reach it
  serving,   // a label points to it
  draining,  // gives no more leases; waits for those that are held
  unloaded,  // destroyed, and its library gone from memory (or reported as pinned)
  failed,    // refused, with why; nothing of it is loaded
};
constexpr std::size_t kStates = 10;

std::string_view to_text(State state);

// Whether a version in state `from` may become `to`.
bool may_follow(State from, State to);

}  // namespace slipway::model
