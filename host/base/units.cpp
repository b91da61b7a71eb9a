#include "base/units.hpp"

#include <charconv>
#include <limits>
#include <span>

namespace slipway {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr Unit kDurations[] = {{"m", 60 * kSecond}, {"s", kSecond}, {"ms", kMillisecond}};
constexpr Unit kSizes[] = {{"GiB", 1u << 30}, {"MiB", 1u << 20}, {"KiB", 1u << 10}, {"", 1}};

Result<std::uint64_t> parse(std::string_view text, std::span<const Unit> units, const char* example) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error == std::errc() && number > 0) {
    for (const Unit& unit : units) {
      if (unit.name != suffix) continue;
      if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / unit.factor) break;
      return number * unit.factor;
    }
  }
  return Error(
      Code::invalid_argument,
      "\"" + std::string(text) + "\" should be a positive whole number with its unit, such as " + example);
}

std::string format(std::uint64_t amount, std::span<const Unit> units) {
  for (const Unit& unit : units)
    if (amount >= unit.factor && amount % unit.factor == 0)
      return std::to_string(amount / unit.factor) + std::string(unit.name);
  return std::to_string(amount / units.back().factor) + std::string(units.back().name);
}

}  // namespace

Result<Nanoseconds> parse_duration(std::string_view text) {
  const Result<std::uint64_t> parsed = parse(text, kDurations, "250ms, 30s or 5m");
  if (!parsed) return parsed.error();
  return static_cast<Nanoseconds>(*parsed);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  return parse(text, kSizes, "64KiB, 16MiB or 2GiB");
}

std::string format_duration(Nanoseconds duration) {
  return format(static_cast<std::uint64_t>(duration), kDurations);
}
std::string format_size(std::uint64_t bytes) {
  return format(bytes, kSizes);
}

std::string readable_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizes) {
    if (unit.factor == 1 || bytes < unit.factor) continue;
    const std::uint64_t tenths = bytes % unit.factor * 10 / unit.factor;
    return std::to_string(bytes / unit.factor) + "." + std::to_string(tenths) + " " + std::string(unit.name);
  }
  return std::to_string(bytes) + " B";
}

std::string format_percent(double part) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g%%", part * 100);
  return text;
}

std::string format_utc(Nanoseconds since_1970) {
  const std::time_t seconds = since_1970 / kSecond;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc));
}

}  // namespace slipway
