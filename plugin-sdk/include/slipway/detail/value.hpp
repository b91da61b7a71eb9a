// The inside of slipway/value.hpp: walking, converting, and finding out where a value stands when it is
// refused.
#pragma once

#include <slipway/value.hpp>

namespace slipway {

inline Value Document::root() const {
  return Value(root_, this);
}

// ---- members and elements
// ----------------------------------------------------------------------------------------

class Value::Iterator {
 public:
  using value_type = Value;
  using difference_type = std::ptrdiff_t;
  using iterator_concept = std::input_iterator_tag;

  Iterator(const Value& array, std::size_t i) : array_(array), i_(i) {}
  Value operator*() const { return array_.element(i_); }
  Iterator& operator++() {
    ++i_;
    return *this;
  }
  void operator++(int) { ++i_; }
  bool operator==(const Iterator& other) const { return i_ == other.i_; }

 private:
  Value array_;
  std::size_t i_;
};

class Value::Members {
 public:
  class Iterator {
   public:
    using value_type = Member;
    using difference_type = std::ptrdiff_t;
    using iterator_concept = std::input_iterator_tag;

    Iterator(const slw_value* pair, const Document* document) : pair_(pair), document_(document) {}
    Member operator*() const {
      return {{static_cast<const char*>(slw_payload(pair_)), pair_->count}, Value(pair_ + 1, document_)};
    }
    Iterator& operator++() {
      pair_ += 2;
      return *this;
    }
    void operator++(int) { pair_ += 2; }
    bool operator==(const Iterator& other) const { return pair_ == other.pair_; }
    std::uint16_t key_hash() const { return pair_->tag; }

   private:
    const slw_value* pair_;
    const Document* document_;
  };

  explicit Members(const Value& object) : object_(object) {}
  std::size_t size() const { return object_.head_.count; }
  Iterator begin() const { return {slw_member(object_.node_, 0), object_.document_}; }
  Iterator end() const { return {slw_member(object_.node_, object_.head_.count), object_.document_}; }

 private:
  Value object_;
};

inline std::size_t Value::size() const {
  if (head_.kind == SLW_ARRAY || head_.kind == SLW_OBJECT) return head_.count;
  if (!is_array()) [[unlikely]]
    refuse("an array or an object");
  return static_cast<std::size_t>(slw_tensor_extent(node_, static_cast<unsigned>(node_->tag - head_.tag)));
}

// The same as slw_key_hash, for the compiler to run.
constexpr std::uint16_t Key::hash(std::string_view text) {
  if (!std::is_constant_evaluated()) return slw_key_hash(text.data(), text.size());
  const auto load = [text](std::size_t from, std::size_t count) {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i)
      bytes |= std::uint64_t{static_cast<unsigned char>(text[from + i])} << (8 * i);
    return bytes;
  };
  const std::size_t size = text.size();
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  if (size >= 4) {
    const std::size_t width = size >= 8 ? 8 : 4;
    head = load(0, width);
    tail = load(size - width, width);
  } else if (size > 0) {
    head = load(0, 1) | load(size / 2, 1) << 8 | load(size - 1, 1) << 16;
  }
  std::uint64_t mixed = (head + 0x9E3779B97F4A7C15u * size) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 29) ^ tail) * 0x94D049BB133111EBu;
  return static_cast<std::uint16_t>(mixed >> 48);
}

// What slw_find does, with the hash at hand. Only for objects.
inline const slw_value* Value::find_node(const Key& key) const {
  const std::string_view text = key.text();
  if (head_.count > SLW_INDEXED_ABOVE) return slw_find(node_, text.data(), text.size());
  const slw_value* pair = slw_member(node_, 0);
  for (const slw_value* const end = pair + 2 * std::size_t{head_.count}; pair != end; pair += 2)
    if (slw_key_compare(pair, key.hash(), text.data(), text.size()) == 0) return pair + 1;
  return nullptr;
}

inline Value Value::operator[](const Key& key) const {
  const slw_value* const member = is_object() ? find_node(key) : nullptr;
  if (member == nullptr) [[unlikely]]
    refuse_key(key.text());
  return Value(member, document_);
}

inline std::optional<Value> Value::find(const Key& key) const {
  if (!is_object()) [[unlikely]]
    refuse("an object");
  const slw_value* const member = find_node(key);
  if (member == nullptr) return std::nullopt;
  return Value(member, document_);
}

template <class T>
auto Value::value_or(const Key& key, const T& fallback) const {
  const std::optional<Value> member = find(key);
  const bool given = member.has_value() && !member->is_null();
  if constexpr (std::same_as<T, bool>) {
    return given ? member->boolean() : fallback;
  } else if constexpr (std::integral<T>) {
    if (given && !std::in_range<T>(member->integer())) [[unlikely]]
      member->refuse("a smaller integer");
    return given ? static_cast<T>(member->integer()) : fallback;
  } else if constexpr (std::floating_point<T>) {
    return given ? static_cast<T>(member->number()) : fallback;
  } else if constexpr (std::same_as<T, std::string>) {
    return given ? std::string(member->text()) : fallback;
  } else {
    return given ? member->text() : std::string_view(fallback);
  }
}

inline Value Value::element(std::size_t i) const {
  if (head_.kind == SLW_ARRAY) return Value(static_cast<const slw_value*>(slw_payload(node_)) + i, document_);
  if (head_.tag != 1) return row(i);
  const auto at = static_cast<std::uint32_t>(first() + i);
  slw_value number = slw_tensor_number(node_, at);
  number.count = at;
  return Value(number, node_, document_);
}

inline Value Value::row(std::size_t i) const {
  slw_value head = head_;
  head.detail = static_cast<std::uint8_t>(head.detail | kRow);
  head.tag = static_cast<std::uint16_t>(head.tag - 1);
  head.count = static_cast<std::uint32_t>(shape().count(1));
  head.as.offset = first() + i * head.count;
  return Value(head, node_, document_);
}

inline Value Value::operator[](std::size_t i) const {
  if (!is_array() || i >= size()) [[unlikely]]
    refuse_index(i);
  return element(i);
}

inline Value::Iterator Value::begin() const {
  if (!is_array()) [[unlikely]]
    refuse("an array");
  return Iterator(*this, 0);
}

inline Value::Iterator Value::end() const {
  return Iterator(*this, size());
}

inline Value::Members Value::members() const {
  if (!is_object()) [[unlikely]]
    refuse("an object");
  return Members(*this);
}

inline Shape Value::shape() const {
  Shape shape;
  if (!is_tensor()) {
    if (head_.kind != SLW_ARRAY) [[unlikely]]
      refuse("an array");
    shape.rank_ = 1;
    shape.extents_[0] = head_.count;
    return shape;
  }
  shape.rank_ = head_.tag;
  const auto outer = static_cast<unsigned>(node_->tag - head_.tag);
  for (unsigned axis = 0; axis < head_.tag; ++axis)
    shape.extents_[axis] = slw_tensor_extent(node_, outer + axis);
  return shape;
}

// ---- numbers
// -----------------------------------------------------------------------------------------------------

inline std::int64_t Value::converted_integer() const {
  constexpr double kTwo63 = 9223372036854775808.0;
  if (head_.kind == SLW_FLOAT64) {
    const double value = head_.as.f64;
    if (value >= -kTwo63 && value < kTwo63 && static_cast<double>(static_cast<std::int64_t>(value)) == value)
      return static_cast<std::int64_t>(value);
  }
  refuse(is_number() ? "an integer of 64 bits" : "an integer");
}

template <class T>
std::span<const T> Value::converted() const {
  if (!is_array() && !is_tensor()) refuse("an array of numbers");
  const std::size_t count = head_.count;
  if (count == 0) return {};
  T* const out = document_->scratch<T>(count);
  for (std::size_t i = 0; i < count; ++i) {
    Value value = *this;
    if (head_.kind == SLW_ARRAY) {
      value = element(i);
    } else {
      const auto at = static_cast<std::uint32_t>(first() + i);
      value.head_ = slw_tensor_number(node_, at);
      value.head_.count = at;
    }
    if constexpr (std::same_as<T, double>) {
      out[i] = value.number();
    } else {
      out[i] = value.integer();
    }
  }
  return {out, count};
}

// ---- refusals
// ----------------------------------------------------------------------------------------------------

namespace detail {

inline void append_token(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

// Appends the way from `at` to the node `target`, or leaves `pointer` as it was where there is none. Nodes
// have one parent each, so the first way found is the only one; the host bounds the depth.
inline bool append_way(const slw_value* at, const slw_value* target, std::string& pointer) {
  if (at == target) return true;
  const std::size_t before = pointer.size();
  const bool object = at->kind == SLW_OBJECT;
  if (!object && at->kind != SLW_ARRAY) return false;
  for (std::uint32_t i = 0; i < at->count; ++i) {
    const slw_value* const child =
        object ? slw_member(at, i) + 1 : static_cast<const slw_value*>(slw_payload(at)) + i;
    if (child != target && child->kind != SLW_OBJECT && child->kind != SLW_ARRAY) continue;
    if (object) {
      const slw_value* const key = slw_member(at, i);
      append_token(pointer, {static_cast<const char*>(slw_payload(key)), key->count});
    } else {
      append_token(pointer, std::to_string(i));
    }
    if (append_way(child, target, pointer)) return true;
    pointer.resize(before);
  }
  return false;
}

}  // namespace detail

inline std::string Value::pointer() const {
  std::string pointer;
  if (document_ != nullptr) detail::append_way(document_->node(), node_, pointer);
  if (node_->kind != SLW_TENSOR) return pointer;
  // Indices into the tensor: all of them for an element, the outer ones for a row, none for the tensor
  // itself.
  const unsigned rank = node_->tag;
  const unsigned known = is_tensor() ? rank - head_.tag : rank;
  std::uint64_t within = is_tensor() ? first() : head_.count;
  for (unsigned axis = 0; axis < known; ++axis) {
    std::uint64_t below = 1;
    for (unsigned inner = axis + 1; inner < rank; ++inner) below *= slw_tensor_extent(node_, inner);
    if (below == 0) below = 1;
    detail::append_token(pointer, std::to_string(within / below));
    within %= below;
  }
  return pointer;
}

inline std::string_view Value::kind_name() const {
  switch (head_.kind) {
    case SLW_NULL:
      return "null";
    case SLW_FALSE:
    case SLW_TRUE:
      return "a boolean";
    case SLW_INT64:
    case SLW_UINT64:
      return "an integer";
    case SLW_FLOAT64:
      return "a number";
    case SLW_STRING:
      return "a string";
    case SLW_BYTES:
      return "bytes";
    case SLW_OBJECT:
      return "an object";
    case SLW_ARRAY:
    case SLW_TENSOR:
      return "an array";
    default:
      return "a value of a kind that this model's SDK does not know";
  }
}

inline void Value::fail(std::string message) const {
  if (document_ == nullptr || document_->role() == Document::Role::request)
    throw InvalidArgument(pointer(), std::move(message));
  throw BadParameter(std::string("parameters").append(pointer()).append(": ").append(message));
}

inline void Value::refuse(std::string_view expected) const {
  fail(std::string("expected ").append(expected).append(", found ").append(kind_name()));
}

inline void Value::refuse_key(std::string_view key) const {
  if (!is_object()) refuse(std::string("an object with the member \"").append(key).append("\""));
  fail(std::string("the member \"").append(key).append("\" is missing"));
}

inline void Value::refuse_index(std::size_t i) const {
  if (!is_array()) refuse("an array");
  fail(std::string("there is no element ")
           .append(std::to_string(i))
           .append(": the array has ")
           .append(std::to_string(size())));
}

}  // namespace slipway
