#include "model/deprecation.hpp"

#include <cstdio>
#include <ctime>

#include "model/semver.hpp"
#include "schema/format.hpp"

namespace slipway::model {
namespace {

std::string since_value(const std::string& after) {
  const std::optional<std::int64_t> seconds = seconds_of_day(after);
  return seconds ? "@" + std::to_string(*seconds) : std::string();
}

std::string sunset_value(const std::string& sunset) {
  const std::optional<std::int64_t> seconds = seconds_of_day(sunset);
  if (!seconds) return {};
  const std::time_t time = *seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d 00:00:00 GMT", kDays[parts.tm_wday], parts.tm_mday,
                kMonths[parts.tm_mon], parts.tm_year + 1900);
  return text;
}

// A manifest may name anything as its successor; only a version has a route.
std::string link_value(const std::string& model, const std::string& successor) {
  if (!SemanticVersion::parse(successor)) return {};
  return "</models/" + model + "/versions/" + successor + "/predict>; rel=\"successor-version\"";
}

}  // namespace

DeprecationNotice::DeprecationNotice(const std::string& model, Deprecation what)
    : deprecation(std::move(what)),
      since(since_value(deprecation.after)),
      sunset(sunset_value(deprecation.sunset)),
      link(link_value(model, deprecation.successor)) {}

std::optional<std::int64_t> seconds_of_day(std::string_view day) {
  if (!schema::has_format(schema::Format::date, day)) return std::nullopt;
  std::tm parts{};
  const auto number = [&](std::size_t begin, std::size_t size) {
    int value = 0;
    for (const char digit : day.substr(begin, size)) value = 10 * value + (digit - '0');
    return value;
  };
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(5, 2) - 1;
  parts.tm_mday = number(8, 2);
  return ::timegm(&parts);
}

std::string day_of_seconds(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
  return text;
}

}  // namespace slipway::model
