// Any JSON value, owned: what a typed response holds where its schema does not say what there will be.
//
//   response.details = slipway::Json::Object{{"tries", 3}, {"names", slipway::Json::Array{"a", nullptr}}};
//   response.details = slipway::Json(request.details);  // a copy
#pragma once

#include <slipway/response.hpp>
#include <slipway/value.hpp>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace slipway {

// Like any value type: a thread at a time. Object members keep their order; a name given twice is refused
// when it is written.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;  // null
  Json(std::nullptr_t) {}
  Json(Array array) : value_(std::move(array)) {}
  Json(Object object) : value_(std::move(object)) {}
  template <class T>
  requires std::same_as<T, bool> || detail::Number<T> || std::convertible_to<const T&, std::string_view> Json(
      const T& value) {
    if constexpr (std::same_as<T, bool>)
      value_ = value;
    else if constexpr (std::floating_point<T>)
      value_ = static_cast<double>(value);
    else if constexpr (std::integral<T>)
      set_integer(value);
    else
      value_ = std::string(std::string_view(value));
  }
  // A copy of a request's value with all that is in it.
  explicit Json(const Value& value) {
    if (value.is_object()) {
      Object& members = value_.emplace<Object>();
      members.reserve(value.size());
      for (const auto& [key, member] : value.members()) members.emplace_back(key, Json(member));
    } else if (value.is_array()) {
      Array& elements = value_.emplace<Array>();
      elements.reserve(value.size());
      for (const Value& element : value) elements.push_back(Json(element));
    } else {
      copy_scalar(value.head_, value);
    }
  }

  // Calls visit(value) with what it is: nullptr, a bool, a std::int64_t, a std::uint64_t that is larger, a
  // double, a std::string, an Array or an Object.
  template <class Visit>
  decltype(auto) visit(Visit&& visit) const {
    return std::visit(visit, value_);
  }

  void write(const Slot& out) const {
    visit([&out](const auto& value) {
      if constexpr (std::same_as<std::remove_cvref_t<decltype(value)>, Object>)
        out.object([&](ObjectWriter& members) {
          for (const auto& [key, member] : value) members[key] = member;
        });
      else
        out = value;
    });
  }

 private:
  template <class T>
  void set_integer(T value) {
    if (std::in_range<std::int64_t>(value))
      value_ = static_cast<std::int64_t>(value);
    else
      value_ = static_cast<std::uint64_t>(value);
  }

  void copy_scalar(const slw_value& scalar, const Value& value) {
    switch (scalar.kind) {
      case SLW_FALSE:
      case SLW_TRUE:
        value_ = scalar.kind == SLW_TRUE;
        break;
      case SLW_INT64:
        value_ = scalar.as.i64;
        break;
      case SLW_UINT64:
        value_ = scalar.as.u64;
        break;
      case SLW_FLOAT64:
        value_ = scalar.as.f64;
        break;
      case SLW_STRING:
        value_ = std::string(value.text());
        break;
      default:
        break;
    }
  }

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> value_;
};

}  // namespace slipway
