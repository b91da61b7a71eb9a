// Typed requests: fills the structs that `slipway bind` makes of a model's schemas (docs/bind.md) from a
// document. response.hpp writes them.
//
// The host has validated the document, so what is read fits. Where a schema allows more than a C++ type holds
// (an integer beyond 64 bits) reading throws InvalidArgument with the value's pointer: the caller gets 422.
// Texts, spans and Values look into the document, and spans of converted numbers into memory of the Document:
// good until predict returns. A thread reads with its own Document.
#pragma once

#include <slipway/detail/bound.hpp>
#include <slipway/json.hpp>
#include <slipway/response.hpp>
#include <slipway/value.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway {
namespace detail {

template <class T>
inline constexpr bool kReadable = ReadableStruct<T> || Enumeration<T>;
template <>
inline constexpr bool kReadable<Value> = true;
template <>
inline constexpr bool kReadable<bool> = true;
template <>
inline constexpr bool kReadable<std::int64_t> = true;
template <>
inline constexpr bool kReadable<double> = true;
template <>
inline constexpr bool kReadable<std::string_view> = true;
template <>
inline constexpr bool kReadable<std::span<const double>> = true;
template <>
inline constexpr bool kReadable<std::span<const std::int64_t>> = true;
template <class T>
inline constexpr bool kReadable<std::optional<T>> = kReadable<T>;
template <class T>
inline constexpr bool kReadable<std::shared_ptr<T>> = kReadable<T>;
template <class T>
inline constexpr bool kReadable<std::vector<T>> = kReadable<T>;

}  // namespace detail

// A type that a value can be read as.
template <class T>
concept Readable = detail::kReadable<T>;

// The value as a T. Members that a struct does not have are passed over.
template <Readable T>
T read(const Value& value);

namespace detail {

template <Readable T>
void read_into(const Value& value, T& out);

// One member of an object, while a struct looks for its place.
class MemberReader {
 public:
  MemberReader(std::uint16_t hash, const Member& member) : hash_(hash), member_(member) {}

  std::uint16_t hash() const { return hash_; }
  bool was_required() const { return was_required_; }

  // Reads the member if that is its name. Inline, so that the name's length is a constant where it is
  // compared.
  template <class T>
  [[gnu::always_inline]] void required(const Name& name, T& out) {
    if (member_.key != name.key().text()) return;
    read_into(member_.value, out);
    was_required_ = true;
  }
  template <class T>
  [[gnu::always_inline]] void optional(const Name& name, T& out) {
    if (member_.key == name.key().text()) read_into(member_.value, out);
  }

 private:
  std::uint16_t hash_;
  bool was_required_ = false;
  const Member& member_;
};

template <ReadableStruct T>
void read_struct(const Value& object, T& out) {
  const Value::Members members = object.members();
  std::size_t required = 0;
  for (auto at = members.begin(), end = members.end(); at != end; ++at) {
    const Member member = *at;
    MemberReader reader(at.key_hash(), member);
    slipway_read(out, reader);
    required += reader.was_required() ? 1 : 0;
  }
  // The host has checked that; a test might not have.
  if (required != slipway_required(out)) [[unlikely]]
    throw InvalidArgument(object.pointer(), "a member that the model needs is missing");
}

template <Enumeration T>
T read_enumeration(const Value& value) {
  const std::string_view text = value.text();
  std::size_t index = 0;
  for (const std::string_view known : slipway_texts(T())) {
    if (known == text) return static_cast<T>(index);
    ++index;
  }
  throw InvalidArgument(value.pointer(), "is none of the values that the model was built for");
}

template <class T>
void read_elements(const Value& array, std::vector<T>& out) {
  out.clear();
  out.reserve(array.size());
  for (const Value& element : array) out.push_back(read<T>(element));
}

template <Readable T>
void read_into(const Value& value, T& out) {
  if constexpr (std::same_as<T, Value>) {
    out = value;
  } else if constexpr (std::same_as<T, bool>) {
    out = value.boolean();
  } else if constexpr (std::same_as<T, std::int64_t>) {
    out = value.integer();
  } else if constexpr (std::same_as<T, double>) {
    out = value.number();
  } else if constexpr (std::same_as<T, std::string_view>) {
    out = value.text();
  } else if constexpr (std::same_as<T, std::span<const double>>) {
    out = value.numbers();
  } else if constexpr (std::same_as<T, std::span<const std::int64_t>>) {
    out = value.integers();
  } else if constexpr (Enumeration<T>) {
    out = read_enumeration<T>(value);
  } else if constexpr (ReadableStruct<T>) {
    read_struct(value, out);
  } else if constexpr (!Nullable<T>) {
    read_elements(value, out);
  } else if (value.is_null()) {
    out = T();
  } else if constexpr (requires { out.emplace(); }) {
    read_into(value, out.emplace());
  } else {
    out = std::make_shared<typename T::element_type>();
    read_into(value, *out);
  }
}

}  // namespace detail

template <Readable T>
T read(const Value& value) {
  T out{};
  detail::read_into(value, out);
  return out;
}

}  // namespace slipway
