// What the types that `slipway bind` makes have, found by argument-dependent lookup:
//
//   a struct S of a request    void slipway_read(S& it, slipway::detail::MemberReader& member), which reads
//                              the one member that it is called for, and
//                              constexpr std::size_t slipway_required(const S&), how many must be there
//   a struct S of a response   void slipway_write(const S& it, slipway::ObjectWriter& out)
//   an enum E                  constexpr std::array<std::string_view, N> slipway_texts(E), its values' texts
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

namespace slipway {

class ObjectWriter;

namespace detail {

class MemberReader;

template <class T>
concept ReadableStruct = std::is_class_v<T> && requires(T& it, MemberReader& member) {
  slipway_read(it, member);
};

template <class T>
concept WritableStruct = std::is_class_v<T> && requires(const T& it, ObjectWriter& out) {
  slipway_write(it, out);
};

template <class T>
concept Enumeration = std::is_enum_v<T> && requires(T value) {
  slipway_texts(value);
};

// The text of an enum's value; empty for a number that is none of them.
template <Enumeration T>
constexpr std::string_view text_of(T value) {
  constexpr auto texts = slipway_texts(T());
  const auto index = static_cast<std::size_t>(value);
  return index < texts.size() ? texts[index] : std::string_view();
}

template <class T>
inline constexpr bool kNullable = false;
template <class T>
inline constexpr bool kNullable<std::optional<T>> = true;
template <class T>
inline constexpr bool kNullable<std::shared_ptr<T>> = true;  // where a struct holds itself

template <class T>
concept Nullable = kNullable<T>;

}  // namespace detail
}  // namespace slipway
