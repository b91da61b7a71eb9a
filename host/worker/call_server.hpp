// The worker's side of the calls.
#pragma once

#include <functional>

#include "base/packet_socket.hpp"
#include "base/result.hpp"
#include "document/limits.hpp"
#include "model/predictor.hpp"

namespace slipway::worker {

// How long receive() of this end waits: whoever makes the sockets sets it, because a sandbox forbids that.
constexpr Nanoseconds kPatience = 100 * kMillisecond;

// Answers calls until the host closes its end, which is no error. `rest` is called between calls: a moment
// after the last of several, and now and then where there is no such moment.
Status serve_calls(PacketSocket socket, model::Predictor& predictor, const document::Limits& limits,
                   const std::function<void()>& rest);

}  // namespace slipway::worker
