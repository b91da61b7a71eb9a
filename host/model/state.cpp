#include "model/state.hpp"

namespace slipway::model {

std::string_view to_text(State state) {
  constexpr std::string_view kNames[kStates] = {"staged", "verified", "loaded",   "warmed",   "gated",
                                                "ready",  "serving",  "draining", "unloaded", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

bool may_follow(State from, State to) {
  switch (from) {
    case State::staged:
      return to == State::verified || to == State::failed;
    case State::verified:
    case State::unloaded:
      return to == State::loaded || to == State::failed;
    case State::loaded:
      return to == State::warmed || to == State::failed;
    case State::warmed:
      return to == State::gated || to == State::failed;
    case State::gated:
      return to == State::ready || to == State::failed;
    case State::ready:
      return to == State::serving || to == State::draining;
    case State::serving:
      return to == State::ready || to == State::draining;
    case State::draining:
      return to == State::unloaded;
    case State::failed:
      return false;
  }
  return false;
}

}  // namespace slipway::model
