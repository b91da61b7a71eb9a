// Writes a response. Values go straight to the host, in the order of the JSON text they will be:
//
//   response.object([&](auto& out) {
//     out["score"] = 0.93;
//     out["label"] = "malignant";
//     out["weights"] = weights;  // a vector, span or array of numbers goes over in one piece
//     out["parts"].array([&](auto& parts) {
//       for (const Part& part : found) parts.object([&](auto& p) { p["name"] = part.name; });
//     });
//   });
//
// A response is one value, written once, by the thread that predicts. What the host refuses (a NaN or an
// infinity, text that is not UTF-8, a second value, a key without a value) ends the prediction with its
// reason.
#pragma once

#include <slipway/plugin.h>
#include <slipway/detail/bound.hpp>
#include <slipway/failure.hpp>
#include <slipway/value.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <stdexcept>
#include <string_view>
#include <type_traits>

namespace slipway {

class ObjectWriter;
class ArrayWriter;
class Slot;

namespace detail {

// The host has refused what was written, and knows why: the wrapper returns the status as it is.
struct WriteRefused {
  slw_status status;
};

inline void check(slw_status status) {
  if (status != SLW_OK) [[unlikely]]
    throw WriteRefused{status};
}

template <class T>
constexpr slw_type element_type() {
  constexpr bool is_signed = std::is_signed_v<T>;
  if constexpr (std::same_as<T, bool>)
    return SLW_BOOL;
  else if constexpr (std::same_as<T, float>)
    return SLW_F32;
  else if constexpr (std::same_as<T, double>)
    return SLW_F64;
  else if constexpr (sizeof(T) == 1)
    return is_signed ? SLW_I8 : SLW_U8;
  else if constexpr (sizeof(T) == 2)
    return is_signed ? SLW_I16 : SLW_U16;
  else if constexpr (sizeof(T) == 4)
    return is_signed ? SLW_I32 : SLW_U32;
  else
    return is_signed ? SLW_I64 : SLW_U64;
}

// What may be an element of a tensor: numbers, and not the character types, whose arrays are text.
template <class T>
concept TensorElement = std::same_as<T, bool> || std::same_as<T, float> || std::same_as<T, double> ||
    (std::integral<T> && !std::same_as<T, char> && !std::same_as<T, wchar_t> && !std::same_as<T, char8_t> &&
     !std::same_as<T, char16_t> && !std::same_as<T, char32_t>);

template <class T>
concept Number = TensorElement<T> && !std::same_as<T, bool>;

template <class T>
concept NumberRange = std::ranges::contiguous_range<const T> && std::ranges::sized_range<const T> &&
    TensorElement<std::ranges::range_value_t<const T>>;

template <class T>
concept WritesItself = requires(const T& value, const Slot& out) {
  value.write(out);
};

}  // namespace detail

// The place of one value. Give it a value once: by assignment, or by one of the functions.
class Slot {
 public:
  explicit Slot(slw_writer* out) : out_(out) {}
  Slot(const Slot&) = default;
  Slot& operator=(const Slot&) = delete;

  // A bool, a number, text, a struct or enum made by `slipway bind`, a Json, a range of any of these, an
  // optional or a shared_ptr of any of these (nothing is null), or nullptr.
  template <class T>
  requires(!std::derived_from<T, Slot>) void operator=(const T& value) const { put(value); }
  template <class T>
  void operator=(std::initializer_list<T> values) const {
    put(values);
  }

  void null() const { detail::check(out_->fn->null_value(out_)); }
  // Calls fill(ObjectWriter&) or fill(ArrayWriter&) between the beginning and the end.
  template <class Fill>
  void object(Fill&& fill) const;
  template <class Fill>
  void array(Fill&& fill) const;
  // Numbers in row-major order, as many as the shape's product; nested arrays in JSON. Rank 1 to
  // SLW_MAX_RANK.
  template <detail::TensorElement T>
  void tensor(std::span<const std::uint64_t> shape, std::span<const T> data) const;

 private:
  template <class T>
  void put(const T& value) const;
  template <detail::Number T>
  void put_number(T value) const;
  template <class T>
  void put_range(const T& values) const;

  slw_writer* out_;
};

class ObjectWriter {
 public:
  explicit ObjectWriter(slw_writer* out) : out_(out) {}
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;

  // Writes the key; its value must follow before the next key.
  [[nodiscard]] Slot operator[](std::string_view key) {
    detail::check(out_->fn->key(out_, key.data(), key.size()));
    return Slot(out_);
  }

  // What the structs made by `slipway bind` call for their members.
  template <class T>
  void required(const Name& name, const T& value) {
    (*this)[name.key().text()] = value;
  }
  // Nothing is written where there is nothing.
  template <class T>
  void optional(const Name& name, const T& value) {
    if constexpr (detail::Nullable<T>)
      if (!value) return;
    required(name, value);
  }

 private:
  slw_writer* out_;
};

class ArrayWriter {
 public:
  explicit ArrayWriter(slw_writer* out) : out_(out) {}
  ArrayWriter(const ArrayWriter&) = delete;
  ArrayWriter& operator=(const ArrayWriter&) = delete;

  template <class T>
  void add(const T& value) {
    Slot{out_} = value;
  }
  template <class Fill>
  void object(Fill&& fill) {
    Slot{out_}.object(fill);
  }
  template <class Fill>
  void array(Fill&& fill) {
    Slot{out_}.array(fill);
  }

 private:
  slw_writer* out_;
};

// The place of the whole response, which may be any value: `response = 0.5`, `response.object(...)`.
class Response : public Slot {
 public:
  using Slot::Slot;
  using Slot::operator=;
  Response(const Response&) = delete;
  Response& operator=(const Response&) = delete;
};

template <class Fill>
void Slot::object(Fill&& fill) const {
  static_assert(std::invocable<Fill&, ObjectWriter&>,
                "object() takes a function of one argument: [&](auto& out) {...}");
  detail::check(out_->fn->begin_object(out_));
  ObjectWriter members(out_);
  fill(members);
  detail::check(out_->fn->end_object(out_));
}

template <class Fill>
void Slot::array(Fill&& fill) const {
  static_assert(std::invocable<Fill&, ArrayWriter&>,
                "array() takes a function of one argument: [&](auto& out) {...}");
  detail::check(out_->fn->begin_array(out_));
  ArrayWriter elements(out_);
  fill(elements);
  detail::check(out_->fn->end_array(out_));
}

template <detail::TensorElement T>
void Slot::tensor(std::span<const std::uint64_t> shape, std::span<const T> data) const {
  std::uint64_t count = 1;
  for (const std::uint64_t extent : shape) count *= extent;
  if (shape.empty() || shape.size() > SLW_MAX_RANK || count != data.size())
    throw std::invalid_argument(
        "a tensor's data must be as long as the product of its shape, of rank 1 to 8");
  detail::check(out_->fn->tensor(out_, detail::element_type<T>(), static_cast<std::uint32_t>(shape.size()),
                                 shape.data(), data.data()));
}

template <class T>
void Slot::put(const T& value) const {
  if constexpr (std::same_as<T, std::nullptr_t> || std::same_as<T, std::nullopt_t>) {
    null();
  } else if constexpr (std::same_as<T, bool>) {
    detail::check(out_->fn->boolean(out_, value ? 1 : 0));
  } else if constexpr (detail::Number<T>) {
    put_number(value);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    const std::string_view text(value);
    detail::check(out_->fn->string(out_, text.data(), text.size()));
  } else if constexpr (detail::Enumeration<T>) {
    put(detail::text_of(value));
  } else if constexpr (detail::WritableStruct<T>) {
    object([&](ObjectWriter& members) { slipway_write(value, members); });
  } else if constexpr (detail::WritesItself<T>) {
    value.write(*this);
  } else if constexpr (std::ranges::input_range<const T>) {
    put_range(value);
  } else {
    static_assert(detail::Nullable<T>,
                  "a response holds booleans, numbers, text, structs and enums made by `slipway bind`, Json, "
                  "ranges and optionals of these; for anything else use object() or array()");
    if (value)
      put(*value);
    else
      null();
  }
}

template <detail::Number T>
void Slot::put_number(T value) const {
  if constexpr (std::floating_point<T>) {
    detail::check(out_->fn->float64(out_, value));
  } else if constexpr (std::is_signed_v<T>) {
    detail::check(out_->fn->int64(out_, value));
  } else {
    detail::check(out_->fn->uint64(out_, value));
  }
}

template <class T>
void Slot::put_range(const T& values) const {
  if constexpr (detail::NumberRange<T>) {
    // An empty array has no type worth stating.
    if (const std::uint64_t count = std::ranges::size(values); count != 0) {
      using Element = std::ranges::range_value_t<const T>;
      detail::check(
          out_->fn->tensor(out_, detail::element_type<Element>(), 1, &count, std::ranges::data(values)));
      return;
    }
  }
  array([&](ArrayWriter& elements) {
    for (const auto& value : values) elements.add(value);
  });
}

}  // namespace slipway
