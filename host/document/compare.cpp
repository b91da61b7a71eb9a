// Equality, order and hashes of values, by JSON Schema's idea of them.
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "document/value.hpp"

namespace slipway::document {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;
constexpr double kTwo64 = 2 * kTwo63;

int sign_of(auto a, auto b) {
  return a < b ? -1 : (b < a ? 1 : 0);
}

// An integer against a finite double, exactly: converting either way could round.
int compare_mixed(bool negative, std::uint64_t magnitude, double b) {
  if (negative) return -compare_mixed(false, magnitude, -b);
  if (b < 0) return 1;
  if (b >= kTwo64) return -1;
  const double floor = std::floor(b);
  const int order = sign_of(magnitude, static_cast<std::uint64_t>(floor));
  return order != 0 ? order : (floor < b ? -1 : 0);
}

bool is_negative_integer(const slw_value& number) {
  return number.kind == SLW_INT64 && number.as.i64 < 0;
}

std::uint64_t magnitude_of(const slw_value& integer) {
  return is_negative_integer(integer) ? 0 - integer.as.u64 : integer.as.u64;
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t word) {
  std::uint64_t mixed = (seed ^ word) * 0x9E3779B97F4A7C15u;
  mixed ^= mixed >> 32;
  return mixed * 0xD6E8FEB86659FD93u ^ mixed >> 29;
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t seed = text.size();
  for (; text.size() >= 8; text.remove_prefix(8)) {
    std::uint64_t word;
    std::memcpy(&word, text.data(), 8);
    seed = mix(seed, word);
  }
  std::uint64_t word = 0;
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return mix(seed, word);
}

// Equal numbers of different kinds must agree: what is an integer within 64 bits is hashed as one.
std::uint64_t hash_number(const slw_value& number) {
  if (number.kind != SLW_FLOAT64) return mix(is_negative_integer(number), magnitude_of(number));
  const double value = number.as.f64;
  const double magnitude = std::fabs(value);
  if (magnitude < kTwo64 && std::floor(magnitude) == magnitude && (value >= 0 || magnitude <= kTwo63))
    return mix(value < 0, static_cast<std::uint64_t>(magnitude));
  return mix(2, std::bit_cast<std::uint64_t>(value));
}

// Number `i` or, above rank 1, subarray `i` is compared through a cursor: which tensor, which axis, the first
// number.
struct Axis {
  const slw_value* tensor;
  unsigned axis;
  std::uint64_t first;  // of the row-major numbers

  std::uint64_t extent() const { return slw_tensor_extent(tensor, axis); }
  bool innermost() const { return axis + 1u == tensor->tag; }
  Axis row(std::uint64_t i) const {
    std::uint64_t stride = 1;
    for (unsigned inner = axis + 1; inner < tensor->tag; ++inner) stride *= slw_tensor_extent(tensor, inner);
    return {tensor, axis + 1, first + i * stride};
  }
  Value number(std::uint64_t i) const {
    return Value(slw_tensor_number(tensor, static_cast<std::uint32_t>(first + i)));
  }
};

bool equal(Axis a, Value b);

bool equal(Axis a, Axis b) {
  if (a.extent() != b.extent() || a.innermost() != b.innermost()) return a.extent() == 0 && b.extent() == 0;
  for (std::uint64_t i = 0; i < a.extent(); ++i)
    if (!(a.innermost() ? equal(a.number(i), b.number(i)) : equal(a.row(i), b.row(i)))) return false;
  return true;
}

bool equal(Axis a, Value b) {
  if (b.is_tensor()) return b.get().tag != 0 && equal(a, Axis{b.node(), 0, 0});
  if (!b.is_array() || a.extent() != b.size()) return false;
  for (std::uint32_t i = 0; i < b.size(); ++i)
    if (!(a.innermost() ? equal(a.number(i), b.element(i)) : equal(a.row(i), b.element(i)))) return false;
  return true;
}

std::uint64_t hash_axis(Axis a) {
  std::uint64_t seed = mix(0xA, a.extent());
  for (std::uint64_t i = 0; i < a.extent(); ++i)
    seed = mix(seed, a.innermost() ? hash(a.number(i)) : hash_axis(a.row(i)));
  return seed;
}

bool equal_arrays(Value a, Value b) {
  if (a.is_tensor()) return equal(Axis{a.node(), 0, 0}, b);
  if (b.is_tensor()) return equal(Axis{b.node(), 0, 0}, a);
  if (a.size() != b.size()) return false;
  for (std::uint32_t i = 0; i < a.size(); ++i)
    if (!equal(a.element(i), b.element(i))) return false;
  return true;
}

bool equal_objects(Value a, Value b) {
  if (a.size() != b.size()) return false;
  for (std::uint32_t i = 0; i < a.size(); ++i) {
    const slw_value* const other = b.find(a.key(i));
    if (other == nullptr || !equal(a.member(i), Value(other))) return false;
  }
  return true;
}

}  // namespace

int compare_numbers(Value left, Value right) {
  const slw_value& a = left.get();
  const slw_value& b = right.get();
  if (a.kind == SLW_FLOAT64 && b.kind == SLW_FLOAT64) return sign_of(a.as.f64, b.as.f64);
  if (b.kind == SLW_FLOAT64) return compare_mixed(is_negative_integer(a), magnitude_of(a), b.as.f64);
  if (a.kind == SLW_FLOAT64) return -compare_mixed(is_negative_integer(b), magnitude_of(b), a.as.f64);
  if (is_negative_integer(a) != is_negative_integer(b)) return is_negative_integer(a) ? -1 : 1;
  return is_negative_integer(a) ? sign_of(magnitude_of(b), magnitude_of(a))
                                : sign_of(magnitude_of(a), magnitude_of(b));
}

bool equal(Value a, Value b) {
  if (a.is_number()) return b.is_number() && compare_numbers(a, b) == 0;
  if (a.is_array()) return b.is_array() && equal_arrays(a, b);
  if (a.kind() != b.kind()) return false;
  if (a.is_object()) return equal_objects(a, b);
  return a.text() == b.text();
}

std::uint64_t hash(Value value) {
  if (value.is_number()) return hash_number(value.get());
  if (value.is_tensor() && value.is_array()) return hash_axis({value.node(), 0, 0});
  if (value.is_array()) {
    std::uint64_t seed = mix(0xA, value.size());
    for (std::uint32_t i = 0; i < value.size(); ++i) seed = mix(seed, hash(value.element(i)));
    return seed;
  }
  if (value.is_object()) {
    // A sum: the order of members must not count.
    std::uint64_t sum = value.size();
    for (std::uint32_t i = 0; i < value.size(); ++i)
      sum += mix(hash_text(value.key(i)), hash(value.member(i)));
    return mix(0xB, sum);
  }
  return mix(static_cast<std::uint64_t>(value.kind()), hash_text(value.text()));
}

}  // namespace slipway::document
