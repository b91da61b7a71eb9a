// What an answer was, and what a test expected.
#pragma once

#include <slipway/detail/testing_json.hpp>
#include <slipway/value.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>

namespace slipway::testing::detail {

// Where the first difference is, as "POINTER: what"; empty where there is none. Numbers are the same up to
// `tolerance`, whatever their form; the order of members does not count.
inline std::string difference(const Json& actual, const Json& expected, double tolerance,
                              const std::string& pointer = "");

template <class T>
constexpr bool kIsNumber =
    std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t> || std::same_as<T, double>;

template <class A, class E>
bool is_same_number(A a, E e, double tolerance) {
  if constexpr (std::same_as<A, E>)
    if (a == e) return true;
  const double distance = std::abs(static_cast<double>(a) - static_cast<double>(e));
  return std::same_as<A, E> ? tolerance > 0 && distance <= tolerance : distance <= tolerance;
}

inline std::string array_difference(const Json::Array& actual, const Json::Array& expected, double tolerance,
                                    const std::string& pointer) {
  if (actual.size() != expected.size())
    return pointer + ": has " + std::to_string(actual.size()) + " elements, expected " +
           std::to_string(expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    if (std::string found = difference(actual[i], expected[i], tolerance, pointer + "/" + std::to_string(i));
        !found.empty())
      return found;
  return "";
}

inline std::string object_difference(const Json::Object& actual, const Json::Object& expected,
                                     double tolerance, const std::string& pointer) {
  const auto find = [](const Json::Object& object, const std::string& name) {
    return std::find_if(object.begin(), object.end(),
                        [&](const auto& member) { return member.first == name; });
  };
  const auto place = [&pointer](const std::string& name) {
    std::string whole = pointer;
    slipway::detail::append_token(whole, name);
    return whole;
  };
  for (const auto& [name, member] : expected) {
    const auto found = find(actual, name);
    if (found == actual.end()) return place(name) + ": is missing";
    if (std::string inside = difference(found->second, member, tolerance, place(name)); !inside.empty())
      return inside;
  }
  for (const auto& [name, member] : actual)
    if (find(expected, name) == expected.end()) return place(name) + ": was not expected";
  return "";
}

inline std::string difference(const Json& actual, const Json& expected, double tolerance,
                              const std::string& pointer) {
  const auto compare = [&]<class A, class E>(const A& a, const E& e) -> std::string {
    if constexpr (std::same_as<A, Json::Array> && std::same_as<E, Json::Array>) {
      return array_difference(a, e, tolerance, pointer);
    } else if constexpr (std::same_as<A, Json::Object> && std::same_as<E, Json::Object>) {
      return object_difference(a, e, tolerance, pointer);
    } else if constexpr (kIsNumber<A> && kIsNumber<E>) {
      if (is_same_number(a, e, tolerance)) return "";
    } else if constexpr (std::same_as<A, E>) {
      if (a == e) return "";
    }
    std::string what = pointer + ": is ";
    append_json(actual, what);
    append_json(expected, what += ", expected ");
    return what;
  };
  return actual.visit(
      [&](const auto& a) { return expected.visit([&](const auto& e) { return compare(a, e); }); });
}

}  // namespace slipway::testing::detail
