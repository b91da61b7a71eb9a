// A read-only view of one value in a document (slipway/value.h has the layout). Cheap to copy, never null,
// valid as long as the document it looks into. Safe to use from any number of threads.
#pragma once

#include <slipway/value.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace slipway::document {

enum class Kind : std::uint8_t {
  null = SLW_NULL,
  false_value = SLW_FALSE,
  true_value = SLW_TRUE,
  int64 = SLW_INT64,
  uint64 = SLW_UINT64,
  float64 = SLW_FLOAT64,
  string = SLW_STRING,
  bytes = SLW_BYTES,
  array = SLW_ARRAY,
  object = SLW_OBJECT,
  tensor = SLW_TENSOR,
};

class Value {
 public:
  explicit Value(const slw_value* node) : node_(node) {}
  // A number that is not a node of the document: an element of a tensor.
  explicit Value(const slw_value& number) : number_(number) {}

  Kind kind() const { return static_cast<Kind>(get().kind); }
  bool is_null() const { return get().kind == SLW_NULL; }
  bool is_boolean() const { return get().kind == SLW_TRUE || get().kind == SLW_FALSE; }
  bool is_number() const { return slw_is_number(&get()) != 0; }
  // Written as an integer, whatever its size: 1, 1e2 and 1.0 are not all the same here.
  bool is_integer() const {
    return get().kind == SLW_INT64 || get().kind == SLW_UINT64 ||
           (get().kind == SLW_FLOAT64 && (get().detail & SLW_INTEGRAL) != 0);
  }
  bool is_string() const { return get().kind == SLW_STRING; }
  bool is_object() const { return get().kind == SLW_OBJECT; }
  // JSON cannot tell an array from a tensor, and neither should a reader that walks elements.
  bool is_array() const { return get().kind == SLW_ARRAY || (get().kind == SLW_TENSOR && get().tag >= 1); }
  bool is_tensor() const { return get().kind == SLW_TENSOR; }

  bool boolean() const { return get().kind == SLW_TRUE; }
  std::int64_t int64() const { return get().as.i64; }    // kind int64 only
  std::uint64_t uint64() const { return get().as.u64; }  // kind uint64 only
  double number() const { return slw_number(&get()); }   // any number; exact up to 2^53

  // The text of a string, the octets of bytes; empty for everything else.
  std::string_view text() const {
    const slw_string text = slw_text(&get());
    return {text.data, text.size};
  }

  // Elements of an array (or of a tensor along its first axis), or members of an object; else 0.
  std::uint32_t size() const { return get().kind == SLW_OBJECT ? get().count : slw_length(&get()); }

  // Element i < size() of an array, or of a tensor of rank 1.
  Value element(std::uint32_t i) const {
    if (get().kind == SLW_ARRAY) return Value(static_cast<const slw_value*>(slw_payload(node_)) + i);
    return Value(slw_tensor_number(node_, i));
  }

  // Member i < size() of an object, in the order it was written.
  std::string_view key(std::uint32_t i) const {
    const slw_value* const key = slw_member(node_, i);
    return {static_cast<const char*>(slw_payload(key)), key->count};
  }
  Value member(std::uint32_t i) const { return Value(slw_member(node_, i) + 1); }

  // The member called `name`; a null pointer where there is none or this is no object.
  const slw_value* find(std::string_view name) const {
    return get().kind == SLW_OBJECT ? slw_find(node_, name.data(), name.size()) : nullptr;
  }

  // The numbers of a rank-1 float64 tensor (what a JSON array of numbers with a fraction among them becomes),
  // or of a rank-1 int64 tensor (only integers); empty for everything else.
  std::span<const double> doubles() const {
    const double* const data = slw_doubles(&get());
    return {data, data == nullptr ? 0 : get().count};
  }
  std::span<const std::int64_t> integers() const {
    if (get().kind != SLW_TENSOR || get().tag != 1 || get().detail != SLW_I64) return {};
    return {static_cast<const std::int64_t*>(slw_payload(node_)), get().count};
  }

  // The node itself, for the C ABI. Not for elements of tensors, which have none.
  const slw_value* node() const { return node_; }
  const slw_value& get() const& { return node_ != nullptr ? *node_ : number_; }
  slw_value get() && { return node_ != nullptr ? *node_ : number_; }

 private:
  const slw_value* node_ = nullptr;
  slw_value number_{};
};

// Equality as JSON Schema has it: numbers by exact mathematical value whatever their form, arrays and tensors
// by their elements, objects whatever their order. Recursion is bounded by the documents' depth.
bool equal(Value a, Value b);

// <0, 0 or >0 as the number a is less than, equal to or greater than b, exactly, for all 64-bit integers and
// doubles.
int compare_numbers(Value a, Value b);

// Equal values have equal hashes; for finding duplicates in linear time.
std::uint64_t hash(Value value);

}  // namespace slipway::document
