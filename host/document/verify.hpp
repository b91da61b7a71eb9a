// Documents from a process that is not trusted.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "document/limits.hpp"

namespace slipway::document {

// Whether the bytes are a document that a Builder could have made (slipway/value.h has the layout): kinds,
// alignment, every payload inside the block and behind its node, keys with their hashes and none twice, valid
// UTF-8, finite numbers, `limits`. All payloads together are not larger than the block, so whatever walks the
// document visits no more than there is of it. One pass, linear; recursion is bounded by limits.depth.
//
// The bytes must be private to this process, at an address with the block's own remainder modulo 64: shared
// memory can change between the look and the use. The error says what is wrong and at which byte.  [any]
Status verify(std::span<const std::byte> block, const Limits& limits);

}  // namespace slipway::document
