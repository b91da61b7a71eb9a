// What callers of a version are told when it is not to be used for much longer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::model {

// Days are YYYY-MM-DD, and begin at midnight UTC.
struct Deprecation {
  std::string after;      // from this day on it is deprecated, which may be still to come
  std::string successor;  // a version; empty: none is named
  std::string sunset;     // on this day it may be gone; empty: nothing is said

  bool operator==(const Deprecation&) const = default;
};

// A deprecation as the values of headers, made once for all answers.
struct DeprecationNotice {
  DeprecationNotice(const std::string& model, Deprecation deprecation);

  const Deprecation deprecation;
  const std::string since;   // Deprecation: "@1688169599" (RFC 9745)
  const std::string sunset;  // Sunset: "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 8594); empty: none
  const std::string link;    // Link: to the successor's route (RFC 5829); empty: none
};

// The day's beginning in seconds since 1970; nothing where the text is no day.
std::optional<std::int64_t> seconds_of_day(std::string_view day);
// Of a day since 1970, the other way around.
std::string day_of_seconds(std::int64_t seconds);

}  // namespace slipway::model
