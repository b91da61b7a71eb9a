#include "document/verify.hpp"

#include <slipway/value.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "base/utf8.hpp"
#include "document/finite.hpp"

namespace slipway::document {
namespace {

constexpr std::uint8_t kTypeBits = 0x7F;
constexpr double kMostExact = 9007199254740992.0;  // 2^53

class Verifier {
 public:
  Verifier(std::span<const std::byte> block, const Limits& limits) : block_(block), limits_(limits) {}

  Status verify() {
    if (block_.size() < sizeof(slw_value) || block_.size() % sizeof(slw_value) != 0)
      return Error(Code::invalid_argument,
                   "a document of " + std::to_string(block_.size()) + " bytes, which is none");
    if (block_.size() > limits_.document_bytes)
      return Error(Code::limit_exceeded, "a document of " + std::to_string(block_.size()) +
                                             " bytes; at most " + std::to_string(limits_.document_bytes) +
                                             " are accepted");
    if (!value(*reinterpret_cast<const slw_value*>(block_.data()), 0)) return std::move(status_);
    return {};
  }

 private:
  bool value(const slw_value& node, std::uint32_t depth);
  bool scalar(const slw_value& node);
  bool text(const slw_value& node);
  bool array(const slw_value& node, std::uint32_t depth);
  bool object(const slw_value& node, std::uint32_t depth);
  bool key(const slw_value& node);
  bool no_key_twice(const slw_value* pairs, std::uint32_t members);
  bool index(const slw_value* pairs, std::uint32_t members);
  bool tensor(const slw_value& node);
  bool numbers(const slw_value& node, const std::byte* data);
  bool written_as_integers(const slw_value& node, const std::byte* data);

  bool refuse(const slw_value& node, const std::string& what, Code code = Code::invalid_argument) {
    const auto at = reinterpret_cast<const std::byte*>(&node) - block_.data();
    status_ = Error(code, what + " at byte " + std::to_string(at) + " of the document");
    return false;
  }

  // The payload of `node`, which is nobody else's; null: refused. An empty one may be nowhere.
  const std::byte* claim(const slw_value& node, std::uint64_t size, std::size_t alignment) {
    const auto position =
        static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(&node) - block_.data());
    const std::uint64_t after = block_.size() - position;
    const std::uint64_t offset = node.as.offset;
    if (size == 0 && offset == 0) return block_.data();
    if (offset < sizeof(slw_value) || offset > after || size > after - offset) {
      refuse(node, "a payload outside the document");
      return nullptr;
    }
    const std::byte* const payload = block_.data() + position + offset;
    if (reinterpret_cast<std::uintptr_t>(payload) % alignment != 0) {
      refuse(node, "a payload that is not aligned");
      return nullptr;
    }
    if (size > block_.size() - claimed_) {
      refuse(node, "payloads that overlap");
      return nullptr;
    }
    claimed_ += size;
    return payload;
  }

  const std::span<const std::byte> block_;
  const Limits& limits_;
  std::uint64_t claimed_ = sizeof(slw_value);  // bytes that have an owner: the root node has none but us
  std::uint32_t nodes_ = 0;
  Status status_;
};

bool Verifier::value(const slw_value& node, std::uint32_t depth) {
  if (++nodes_ > limits_.nodes)
    return refuse(node, "more than " + std::to_string(limits_.nodes) + " values", Code::limit_exceeded);
  if (node.kind != SLW_TENSOR && node.tag != 0) return refuse(node, "a value with the tag of a key");
  if (node.kind != SLW_TENSOR && node.kind != SLW_FLOAT64 && node.detail != 0)
    return refuse(node, "a detail that means nothing");
  switch (node.kind) {
    case SLW_STRING:
      return text(node);
    case SLW_BYTES:
      return claim(node, node.count, 1) != nullptr;
    case SLW_ARRAY:
    case SLW_OBJECT:
      if (depth >= limits_.depth)
        return refuse(node, "arrays and objects nested more than " + std::to_string(limits_.depth) + " deep",
                      Code::limit_exceeded);
      return node.kind == SLW_ARRAY ? array(node, depth) : object(node, depth);
    case SLW_TENSOR:
      return tensor(node);
    default:
      return scalar(node);
  }
}

bool Verifier::scalar(const slw_value& node) {
  constexpr auto kMostInt64 = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (node.kind > SLW_FLOAT64) return refuse(node, "a value of an unknown kind");
  if (node.kind == SLW_UINT64 && node.as.u64 <= kMostInt64)
    return refuse(node, "an unsigned number that a signed one can hold");
  if (node.kind != SLW_FLOAT64) return true;
  if (!std::isfinite(node.as.f64)) return refuse(node, "a number that is not finite");
  if (node.detail != 0 && (node.detail != SLW_INTEGRAL || node.as.f64 != std::trunc(node.as.f64)))
    return refuse(node, "a number that is no integer and says it is one");
  return true;
}

bool Verifier::text(const slw_value& node) {
  if (node.count > limits_.string_bytes)
    return refuse(node, "a string of more than " + std::to_string(limits_.string_bytes) + " bytes",
                  Code::limit_exceeded);
  const std::byte* const bytes = claim(node, node.count, 1);
  if (bytes == nullptr) return false;
  return is_utf8({reinterpret_cast<const char*>(bytes), node.count}) ||
         refuse(node, "a string that is not valid UTF-8");
}

bool Verifier::array(const slw_value& node, std::uint32_t depth) {
  const std::byte* const payload =
      claim(node, std::uint64_t{node.count} * sizeof(slw_value), sizeof(slw_value));
  if (payload == nullptr) return false;
  const auto* const elements = reinterpret_cast<const slw_value*>(payload);
  for (std::uint32_t i = 0; i < node.count; ++i)
    if (!value(elements[i], depth + 1)) return false;
  return true;
}

bool Verifier::object(const slw_value& node, std::uint32_t depth) {
  const std::uint64_t members = node.count;
  const bool indexed = members > SLW_INDEXED_ABOVE;
  const std::uint64_t size = members * (2 * sizeof(slw_value) + (indexed ? sizeof(std::uint32_t) : 0));
  const std::byte* const payload = claim(node, size, sizeof(slw_value));
  if (payload == nullptr) return false;
  const auto* const pairs = reinterpret_cast<const slw_value*>(payload);
  for (std::uint32_t i = 0; i < node.count; ++i)
    if (!key(pairs[2 * std::size_t{i}]) || !value(pairs[2 * std::size_t{i} + 1], depth + 1)) return false;
  return indexed ? index(pairs, node.count) : no_key_twice(pairs, node.count);
}

bool Verifier::key(const slw_value& node) {
  if (++nodes_ > limits_.nodes)
    return refuse(node, "more than " + std::to_string(limits_.nodes) + " values", Code::limit_exceeded);
  if (node.kind != SLW_STRING || node.detail != 0) return refuse(node, "a key that is no string");
  if (!text(node)) return false;
  // What looks a member up compares the hashes first.
  return node.tag == slw_key_hash(static_cast<const char*>(slw_payload(&node)), node.count) ||
         refuse(node, "a key whose hash is not that of its text");
}

bool Verifier::no_key_twice(const slw_value* pairs, std::uint32_t members) {
  for (std::uint32_t i = 1; i < members; ++i) {
    const slw_value& key = pairs[2 * i];
    for (std::uint32_t j = 0; j < i; ++j)
      if (slw_key_compare(&pairs[2 * j], key.tag, static_cast<const char*>(slw_payload(&key)), key.count) ==
          0)
        return refuse(key, "a key that appears twice in one object");
  }
  return true;
}

// As many entries as members, each greater than the one before it: then each member is there once, and no key
// twice.
bool Verifier::index(const slw_value* pairs, std::uint32_t members) {
  const auto* const entries = reinterpret_cast<const std::uint32_t*>(pairs + 2 * std::size_t{members});
  for (std::uint32_t i = 0; i < members; ++i) {
    if (entries[i] >= members)
      return refuse(*pairs, "an index of members that are not there, behind the pairs");
    if (i == 0) continue;
    const slw_value& key = pairs[2 * std::size_t{entries[i]}];
    const slw_value& before = pairs[2 * std::size_t{entries[i - 1]}];
    if (slw_key_compare(&before, key.tag, static_cast<const char*>(slw_payload(&key)), key.count) >= 0)
      return refuse(
          *pairs, "an index of members that is out of order, or a key that appears twice, behind the pairs");
  }
  return true;
}

bool Verifier::tensor(const slw_value& node) {
  constexpr std::size_t kHeader = 64, kAligned = 64;
  const unsigned type = node.detail & kTypeBits;
  const bool mixed = (node.detail & SLW_MIXED) != 0;
  const std::size_t element = slw_type_size(type);
  if (element == 0) return refuse(node, "a tensor of an unknown element type");
  if (node.tag == 0 || node.tag > SLW_MAX_RANK) return refuse(node, "a tensor of an unknown rank");
  if (mixed && (type != SLW_F64 || node.tag != 1))
    return refuse(node, "a bitmap of integers where none belongs");
  const std::uint64_t size = (node.tag == 1 ? 0 : kHeader) + node.count * element +
                             (mixed ? (std::uint64_t{node.count} + 7) / 8 : 0);
  const std::byte* const payload = claim(node, size, size >= kAligned ? kAligned : sizeof(slw_value));
  if (payload == nullptr) return false;
  if (node.tag == 1) return numbers(node, payload);
  std::uint64_t count = 1;
  for (unsigned axis = 0; axis < node.tag; ++axis) {
    const std::uint64_t extent = slw_tensor_extent(&node, axis);
    if (extent > std::numeric_limits<std::uint32_t>::max())
      return refuse(node, "a tensor whose shape is too large");
    // Without a number there is nothing to pay for the empty arrays that JSON has: they count as values.
    if (extent == 0 && count > 1) {
      if (count > limits_.nodes - nodes_)
        return refuse(node, "more than " + std::to_string(limits_.nodes) + " values", Code::limit_exceeded);
      nodes_ += static_cast<std::uint32_t>(count);
    }
    count *= extent;
    if (count > std::numeric_limits<std::uint32_t>::max())
      return refuse(node, "a tensor whose shape is too large");
  }
  if (count != node.count) return refuse(node, "a tensor whose shape is not that of its numbers");
  return numbers(node, payload + kHeader);
}

bool Verifier::numbers(const slw_value& node, const std::byte* data) {
  switch (node.detail & kTypeBits) {
    case SLW_F64:
      if (!all_finite(reinterpret_cast<const double*>(data), node.count))
        return refuse(node, "a tensor with a number that is not finite");
      return (node.detail & SLW_MIXED) == 0 || written_as_integers(node, data);
    case SLW_F32:
      return all_finite(reinterpret_cast<const float*>(data), node.count) ||
             refuse(node, "a tensor with a number that is not finite");
    case SLW_BOOL:
      for (std::uint32_t i = 0; i < node.count; ++i)
        if (data[i] > std::byte{1}) return refuse(node, "a truth value that is neither 0 nor 1");
      return true;
    default:
      return true;
  }
}

// Readers make an int64 of what the bitmap calls an integer.
bool Verifier::written_as_integers(const slw_value& node, const std::byte* data) {
  const auto* const values = reinterpret_cast<const double*>(data);
  const std::byte* const bitmap = data + std::size_t{node.count} * sizeof(double);
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if ((bitmap[i / 8] >> (i % 8) & std::byte{1}) == std::byte{0}) continue;
    if (std::fabs(values[i]) > kMostExact || values[i] != std::trunc(values[i]))
      return refuse(node, "a number that is no integer and says it is one, in a tensor");
  }
  return true;
}

}  // namespace

Status verify(std::span<const std::byte> block, const Limits& limits) {
  return Verifier(block, limits).verify();
}

}  // namespace slipway::document
