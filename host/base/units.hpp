// Durations, sizes and times as people write and read them: "250ms", "30s", "128MiB".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace slipway {

// A positive whole number and one of ms, s, m.
Result<Nanoseconds> parse_duration(std::string_view text);
// A positive whole number and one of KiB, MiB, GiB, or no unit for bytes.
Result<std::uint64_t> parse_size(std::string_view text);

std::string format_duration(Nanoseconds duration);  // the largest unit that leaves a whole number, down to ms
std::string format_size(std::uint64_t bytes);       // likewise
std::string readable_size(std::uint64_t bytes);     // for tables: "1.5 MiB"
std::string format_percent(double part);            // of a whole: "5%" for 0.05, four digits at most
std::string format_utc(Nanoseconds since_1970);     // 2027-06-01T12:30:45Z

}  // namespace slipway
