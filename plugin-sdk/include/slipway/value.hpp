// Reads a document (slipway/value.h) the way a model's author thinks of it: members, elements, numbers, text.
// A value that is not what the model takes it for is never undefined behaviour: every access checks, and
// throws InvalidArgument with the JSON pointer of the value (BadParameter where it is one of the model's
// parameters).
//
// An array of numbers may lie in memory as nodes or packed as a tensor; a walk over its elements, and
// numbers(), see no difference. Threads may read one document through one Document each.
#pragma once

#include <slipway/value.h>
#include <slipway/failure.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace slipway {

class Json;
class Value;

// One reader's look into a document: where it starts, and memory for numbers that had to be converted. Values
// hold its address, so it stays where it is and outlives them. One thread at a time; a second thread makes
// its own.
class Document {
 public:
  enum class Role { request, parameters };

  explicit Document(const slw_value* root, Role role = Role::request) : root_(root), role_(role) {}
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  Value root() const;
  const slw_value* node() const { return root_; }
  Role role() const { return role_; }

  // Room for `count` elements that lives as long as this object.
  template <class T>
  T* scratch(std::size_t count) const {
    constexpr std::size_t kBlock = 512;
    static_assert(sizeof(T) <= sizeof(std::uint64_t) && std::is_trivial_v<T>);
    if (count > left_) {
      left_ = std::max(count, kBlock);
      blocks_.emplace_back(new std::uint64_t[left_]);
      next_ = blocks_.back().get();
    }
    T* const room = new (next_) T[count];
    next_ += count;
    left_ -= count;
    return room;
  }

 private:
  const slw_value* root_;
  Role role_;
  mutable std::vector<std::unique_ptr<std::uint64_t[]>> blocks_;
  mutable std::uint64_t* next_ = nullptr;
  mutable std::size_t left_ = 0;
};

// The name of a member with its hash, which the compiler works out where the name is a constant. Made from
// text by itself; keep one where a name that is only known at run time is looked up again and again. Does not
// own the text.
class Key {
 public:
  constexpr Key(std::string_view text) : text_(text), hash_(hash(text)) {}
  constexpr Key(const char* text) : Key(std::string_view(text)) {}
  Key(const std::string& text) : Key(std::string_view(text)) {}

  constexpr std::string_view text() const { return text_; }
  constexpr std::uint16_t hash() const { return hash_; }

 private:
  static constexpr std::uint16_t hash(std::string_view text);

  std::string_view text_;
  std::uint16_t hash_;
};

// A Key that is written out in the source; its hash is always the compiler's work. May hold NUL.
class Name {
 public:
  template <std::size_t Size>
  consteval Name(const char (&text)[Size]) : key_(std::string_view(text, Size - 1)) {}

  constexpr const Key& key() const { return key_; }

 private:
  Key key_;
};

// What a `switch` on the hashes of members compares with.
consteval std::uint16_t key_hash(Name name) {
  return name.key().hash();
}

// The extents of a tensor, outermost first.
class Shape {
 public:
  std::size_t rank() const { return rank_; }
  std::uint64_t operator[](std::size_t axis) const { return axis < rank_ ? extents_[axis] : 1; }
  const std::uint64_t* begin() const { return extents_.data(); }
  const std::uint64_t* end() const { return extents_.data() + rank_; }
  // The product of the extents from `axis` on.
  std::uint64_t count(std::size_t axis = 0) const {
    std::uint64_t product = 1;
    for (; axis < rank_; ++axis) product *= extents_[axis];
    return product;
  }

 private:
  friend class Value;
  std::array<std::uint64_t, SLW_MAX_RANK> extents_{};
  std::size_t rank_ = 0;
};

struct Member;

// One value of a document. Cheap to copy; valid as long as its Document and the memory that one looks at.
class Value {
 public:
  class Iterator;
  class Members;

  // A null of no document.
  Value() : Value(&kNull, nullptr) {}

  bool is_null() const { return head_.kind == SLW_NULL; }
  bool is_boolean() const { return head_.kind == SLW_TRUE || head_.kind == SLW_FALSE; }
  bool is_number() const { return slw_is_number(&head_) != 0; }
  bool is_string() const { return head_.kind == SLW_STRING; }
  bool is_object() const { return head_.kind == SLW_OBJECT; }
  bool is_array() const { return head_.kind == SLW_ARRAY || (is_tensor() && head_.tag >= 1); }
  bool is_tensor() const { return head_.kind == SLW_TENSOR; }

  bool boolean() const {
    if (!is_boolean()) [[unlikely]]
      refuse("a boolean");
    return head_.kind == SLW_TRUE;
  }
  // Any number: exact up to 2^53, else the nearest double.
  double number() const {
    if (!is_number()) [[unlikely]]
      refuse("a number");
    return slw_number(&head_);
  }
  // A number without a fraction that 64 bits hold, however it was written (2, 2.0, 2e0).
  std::int64_t integer() const {
    if (head_.kind != SLW_INT64) [[unlikely]]
      return converted_integer();
    return head_.as.i64;
  }
  // Valid UTF-8; may hold NUL and is not terminated. As long-lived as the document.
  std::string_view text() const {
    if (!is_string()) [[unlikely]]
      refuse("a string");
    return {static_cast<const char*>(slw_payload(node_)), head_.count};
  }
  std::span<const std::byte> bytes() const {
    if (head_.kind != SLW_BYTES) [[unlikely]]
      refuse("bytes");
    return {static_cast<const std::byte*>(slw_payload(node_)), head_.count};
  }

  // Elements of an array (of a tensor along its first axis) or members of an object.
  std::size_t size() const;
  bool empty() const { return size() == 0; }

  // The member called `key`; it must be there.
  Value operator[](const Key& key) const;
  // The member called `key`, if it is there.
  std::optional<Value> find(const Key& key) const;
  // The member called `key` as the type of `fallback` (a bool, an integer, a double or text), or `fallback`
  // where the member is missing or null.
  template <class T>
  auto value_or(const Key& key, const T& fallback) const;

  // Element `i`; it must be there. An element of a tensor of higher rank is a tensor, its row.
  Value operator[](std::size_t i) const;
  // for (slipway::Value element : request["list"])
  Iterator begin() const;
  Iterator end() const;
  // for (auto [key, value] : object.members()), in the order they were written.
  Members members() const;

  // All numbers of an array of numbers, or of a tensor in row-major order. Not copied where they are doubles
  // in memory already (which JSON with any fraction among the numbers is); else converted, anew in each call,
  // into memory of the Document. Arrays of arrays are refused: walk the rows, which works for tensors too.
  std::span<const double> numbers() const {
    if (is_tensor() && type() == SLW_F64) [[likely]]
      return {static_cast<const double*>(data()), head_.count};
    return converted<double>();
  }
  // The same for integers; each must be one for integer().
  std::span<const std::int64_t> integers() const {
    if (is_tensor() && type() == SLW_I64) [[likely]]
      return {static_cast<const std::int64_t*>(data()), head_.count};
    return converted<std::int64_t>();
  }

  // The extents of a tensor; of an array, its size.
  Shape shape() const;
  // The type and the numbers of a tensor as they lie in memory, shape().count() of them; only for tensors.
  slw_type element_type() const { return static_cast<slw_type>(type()); }
  const void* tensor_data() const {
    if (!is_tensor()) [[unlikely]]
      refuse("a tensor");
    return data();
  }

  // RFC 6901. Searches the whole document: meant for messages.
  std::string pointer() const;
  // What it is, in a word with its article: "a string".
  std::string_view kind_name() const;
  // For the C interface; an element of a tensor gives its tensor.
  const slw_value* node() const { return node_; }

 private:
  friend class Document;
  friend class Json;
  // In `detail` of head_: this is a row of the tensor node_; as.offset counts the elements before it.
  static constexpr unsigned kRow = 0x40;
  static constexpr slw_value kNull{SLW_NULL, 0, 0, 0, {0}};

  Value(const slw_value* node, const Document* document) : head_(*node), node_(node), document_(document) {}
  Value(const slw_value& head, const slw_value* tensor, const Document* document)
      : head_(head), node_(tensor), document_(document) {}

  unsigned type() const { return head_.detail & 0x3Fu; }
  std::uint64_t first() const { return (head_.detail & kRow) != 0 ? head_.as.offset : 0; }
  const void* data() const {
    return static_cast<const char*>(slw_tensor_data(node_)) + first() * slw_type_size(type());
  }
  const slw_value* find_node(const Key& key) const;
  Value element(std::size_t i) const;
  Value row(std::size_t i) const;

  [[noreturn, gnu::cold]] void refuse(std::string_view expected) const;
  [[noreturn, gnu::cold]] void fail(std::string message) const;
  [[noreturn, gnu::cold]] void refuse_key(std::string_view key) const;
  [[noreturn, gnu::cold]] void refuse_index(std::size_t i) const;
  std::int64_t converted_integer() const;
  template <class T>
  std::span<const T> converted() const;

  slw_value head_;         // a copy of *node_; for an element of a tensor, the number, its `count` the index
  const slw_value* node_;  // where payloads are counted from
  const Document* document_;
};

struct Member {
  std::string_view key;
  Value value;
};

}  // namespace slipway

#include <slipway/detail/value.hpp>
