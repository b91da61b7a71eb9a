// The part of the builder that packs arrays of numbers into tensors.
#include <cmath>
#include <cstring>
#include <limits>

#include "document/builder.hpp"
#include "document/finite.hpp"

namespace slipway::document {
namespace {

constexpr std::int64_t kMostExact = std::int64_t{1} << 53;

// What an array of these numbers packs into, by the rule that no number may change.
enum class Packing { none, int64, float64, mixed };

Packing packing_of(std::span<const slw_value> numbers) {
  bool integers = false;
  bool floats = false;
  bool wide = false;  // an integer that a double may not hold
  for (const slw_value& number : numbers) {
    if (number.kind == SLW_INT64) {
      integers = true;
      wide |= number.as.i64 > kMostExact || number.as.i64 < -kMostExact;
    } else if (number.kind == SLW_FLOAT64) {
      floats = true;
      if ((number.detail & SLW_INTEGRAL) == 0) continue;
      integers = true;
      wide |= number.as.f64 != 0;  // beyond 64 bits; -0 is the one that fits
    } else {
      return Packing::none;
    }
  }
  if (!floats) return integers ? Packing::int64 : Packing::none;
  if (!integers) return Packing::float64;
  return wide ? Packing::none : Packing::mixed;
}

bool can_be_written(slw_type type, const void* data, std::size_t count) {
  if (type == SLW_F64) return all_finite(static_cast<const double*>(data), count);
  if (type != SLW_F32) return true;
  return all_finite(static_cast<const float*>(data), count);
}

}  // namespace

bool Builder::allocate_tensor(slw_type type, std::span<const std::uint64_t> shape, std::size_t trailing,
                              slw_value& node, std::byte*& data) {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) {
    // Without a number there is nothing to pay for the empty arrays that JSON has: they count as values.
    if (extent == 0 && count > 1) {
      if (count > limits_.nodes - count_) return refuse_node();
      count_ += static_cast<std::uint32_t>(count);
    }
    if (extent != 0 && count > std::numeric_limits<std::uint32_t>::max() / extent)
      return fail(Code::limit_exceeded, "a tensor of 2^32 or more elements is not accepted");
    count *= extent;
  }
  node.kind = SLW_TENSOR;
  node.detail = static_cast<std::uint8_t>(type);
  node.tag = static_cast<std::uint16_t>(shape.size());
  node.count = static_cast<std::uint32_t>(count);
  const std::size_t header = shape.size() == 1 ? 0 : Arena::kAlignment;
  const std::size_t size = header + count * slw_type_size(type) + trailing;
  data = nullptr;
  if (size == 0) return true;
  std::size_t distance = 0;
  if (!allocate(size, size >= Arena::kAlignment ? Arena::kAlignment : sizeof(slw_value), distance))
    return false;
  data = target_->arena_.at(distance);
  node.as.offset = distance;
  if (header != 0) {
    std::memset(data, 0, header);
    std::memcpy(data, shape.data(), shape.size_bytes());
    data += header;
  }
  return true;
}

bool Builder::tensor(slw_type type, std::span<const std::uint64_t> shape, const void* data) {
  if (!accept_value()) return false;
  if (slw_type_size(type) == 0 || type > SLW_F64)
    return fail(Code::invalid_argument, "a tensor of an unknown element type");
  if (shape.empty() || shape.size() > SLW_MAX_RANK)
    return fail(Code::invalid_argument, "a tensor's rank must be 1 to " + std::to_string(SLW_MAX_RANK));
  slw_value node{};
  std::byte* copy;
  if (!allocate_tensor(type, shape, 0, node, copy)) return false;
  if (!can_be_written(type, data, node.count))
    return fail(Code::invalid_argument, "a tensor with NaN or an infinite number cannot be written as JSON");
  if (node.count != 0) std::memcpy(copy, data, node.count * slw_type_size(type));
  return push_value(node);
}

bool Builder::doubles(std::span<const double> numbers, std::span<const std::uint8_t> written_as_integer) {
  if (!accept_value()) return false;
  const std::uint64_t shape = numbers.size();
  slw_value node{};
  std::byte* data;
  if (!allocate_tensor(SLW_F64, {&shape, 1}, written_as_integer.size(), node, data)) return false;
  if (!numbers.empty()) std::memcpy(data, numbers.data(), numbers.size_bytes());
  if (!written_as_integer.empty()) {
    node.detail |= SLW_MIXED;
    std::memcpy(data + numbers.size_bytes(), written_as_integer.data(), written_as_integer.size());
  }
  return push_value(node);
}

bool Builder::int64s(std::span<const std::int64_t> numbers) {
  const std::uint64_t shape = numbers.size();
  return tensor(SLW_I64, {&shape, 1}, numbers.data());
}

// Whether the numbers were packed. False without a failure: they stay an array of nodes.
bool Builder::pack(std::span<const slw_value> numbers, slw_value& packed) {
  const Packing packing = numbers.empty() ? Packing::none : packing_of(numbers);
  if (packing == Packing::none) return false;
  const std::uint64_t shape = numbers.size();
  const std::size_t bitmap = packing == Packing::mixed ? (numbers.size() + 7) / 8 : 0;
  std::byte* data;
  if (!allocate_tensor(packing == Packing::int64 ? SLW_I64 : SLW_F64, {&shape, 1}, bitmap, packed, data))
    return false;
  std::byte* const written_as_integer = data + 8 * numbers.size();
  if (bitmap != 0) {
    packed.detail |= SLW_MIXED;
    std::memset(written_as_integer, 0, bitmap);
  }
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const slw_value& number = numbers[i];
    if (packing == Packing::int64) {
      std::memcpy(data + 8 * i, &number.as.i64, 8);
      continue;
    }
    const double value = slw_number(&number);
    std::memcpy(data + 8 * i, &value, 8);
    if (number.kind == SLW_INT64 || number.detail == SLW_INTEGRAL)
      if (bitmap != 0) written_as_integer[i / 8] |= static_cast<std::byte>(1u << (i % 8));
  }
  count_ -= static_cast<std::uint32_t>(numbers.size());
  return true;
}

}  // namespace slipway::document
