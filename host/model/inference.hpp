// The one way from a request's bytes to a response's: parse, validate, predict, validate, write. Serving,
// golden cases, gates and tests all go through here.
#pragma once

#include <span>
#include <vector>

#include "base/padded_buffer.hpp"
#include "model/call.hpp"
#include "model/version.hpp"

namespace slipway::model {

// `body` is the request's JSON text, overwritten on the way; the response's JSON text is appended to `out`
// when the outcome is `answered`. Never throws: whatever goes wrong is the outcome.  [predict]
void infer(ModelVersion& version, Call& call, PaddedBuffer& body, PaddedBuffer& out) noexcept;

// Its stages, for those who predict several calls together. Each does nothing for a call that an earlier one
// has concluded, which is not `open` any more.
void prepare(const ModelVersion& version, Call& call, PaddedBuffer& body) noexcept;  // parses and validates
void predict(ModelVersion& version, Call& call) noexcept;
void conclude(const ModelVersion& version, Call& call, PaddedBuffer& out) noexcept;  // validates and writes

// As predict() for each of them, of a version that batches. `scratch` is used again for the next ones.
// Their predict_time is that of all of them.  [predict]
void predict_together(ModelVersion& version, std::span<Call* const> calls,
                      std::vector<BatchItem>& scratch) noexcept;

}  // namespace slipway::model
