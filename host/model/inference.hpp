// The one way from a request's bytes to a response's: parse, validate, predict, validate, write. Serving,
// golden cases, gates and tests all go through here.
#pragma once

#include "base/padded_buffer.hpp"
#include "model/call.hpp"
#include "model/version.hpp"

namespace slipway::model {

// `body` is the request's JSON text, overwritten on the way; the response's JSON text is appended to `out`
// when the outcome is `answered`. Never throws: whatever goes wrong is the outcome.  [predict]
void infer(ModelVersion& version, Call& call, PaddedBuffer& body, PaddedBuffer& out) noexcept;

}  // namespace slipway::model
