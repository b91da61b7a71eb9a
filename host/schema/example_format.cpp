#include "schema/example_format.hpp"

#include <algorithm>
#include <cstdio>

namespace slipway::schema {
namespace {

constexpr std::uint32_t kMostCharacters = 100'000;
constexpr std::uint32_t kLongestLabel = 63;  // of a host's name
constexpr std::uint32_t kLongestHost = 253;
constexpr std::uint32_t kLongestUser = 64;  // of an e-mail address

std::string letters(std::size_t count, Random& random) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += static_cast<char>('a' + random.below(26));
  return text;
}

std::string hexadecimal(std::size_t count, Random& random) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "0123456789abcdef"[random.below(16)];
  return text;
}

std::string date(std::uint32_t way, Random& random) {
  if (way < 2) return "2024-01-31";
  char text[16];
  std::snprintf(text, sizeof text, "%04u-%02u-%02u", static_cast<unsigned>(1970 + random.below(130)),
                static_cast<unsigned>(1 + random.below(12)), static_cast<unsigned>(1 + random.below(28)));
  return text;
}

std::string date_time(std::uint32_t wanted, std::uint32_t way, Random& random) {
  char clock[16] = "12:30:00";
  if (way >= 2)
    std::snprintf(clock, sizeof clock, "%02u:%02u:%02u", static_cast<unsigned>(random.below(24)),
                  static_cast<unsigned>(random.below(60)), static_cast<unsigned>(random.below(60)));
  std::string text = date(way, random) + "T" + clock;
  const bool offset = way >= 2 && random.one_in(2);
  const std::size_t end = offset ? 6 : 1;
  if (text.size() + end < wanted)
    text += "." + std::string(std::max<std::size_t>(wanted - text.size() - end, 2) - 1, '0');
  return text + (offset ? "+01:00" : "Z");
}

// At least `wanted` characters, from labels that are put in front of `domain`.
std::string host(std::uint32_t wanted, std::string domain) {
  wanted = std::min(wanted, kLongestHost);
  while (domain.size() < wanted) {
    const std::size_t missing = wanted - domain.size();
    std::size_t label = std::clamp<std::size_t>(missing - 1, 1, kLongestLabel);
    if (missing == label + 2) --label;  // what is left is enough for a label and its dot
    domain = std::string(std::max<std::size_t>(label, 1), 'a') + "." + domain;
  }
  return domain.size() <= kLongestHost ? domain : domain.substr(domain.size() - kLongestHost);
}

std::string email(std::uint32_t wanted, std::uint32_t way, Random& random) {
  std::string user = way == 0 ? "name" : (way == 1 ? "a" : letters(1 + random.below(12), random));
  std::string domain = way == 0 ? "example.com" : (way == 1 ? "b.c" : letters(3, random) + ".example.com");
  if (user.size() + 1 + domain.size() < wanted)
    user.resize(std::clamp<std::size_t>(wanted - 1 - domain.size(), user.size(), kLongestUser), 'a');
  if (user.size() + 1 + domain.size() < wanted)
    domain = host(wanted - 1 - static_cast<std::uint32_t>(user.size()), domain);
  return user + "@" + domain;
}

std::string ipv4(std::uint32_t wanted, std::uint32_t way, Random& random) {
  if (way == 0 && wanted <= 9) return "192.0.2.1";
  if (way <= 1) return wanted <= 7 ? "0.0.0.0" : "192.168.100.100";
  std::string text;
  for (int i = 0; i < 4; ++i) text += (i == 0 ? "" : ".") + std::to_string(random.below(256));
  return text;
}

std::string ipv6(std::uint32_t wanted, std::uint32_t way, Random& random) {
  if (way == 0 && wanted <= 11) return "2001:db8::1";
  if (way == 1 && wanted <= 6) return "::" + std::string(wanted > 2 ? wanted - 2 : 0, '1');
  std::string text;
  for (int i = 0; i < 8; ++i) text += (i == 0 ? "" : ":") + hexadecimal(4, random);
  return text;
}

std::string uri(std::uint32_t wanted, std::uint32_t way, Random& random) {
  std::string text =
      way == 0 ? "https://example.com/" : (way == 1 ? "a:" : "https://example.com/" + letters(8, random));
  if (text.size() < wanted) text.append(std::min(wanted, kMostCharacters) - text.size(), 'a');
  return text;
}

std::string uuid(std::uint32_t way, Random& random) {
  if (way < 2) return "123e4567-e89b-12d3-a456-426614174000";
  return hexadecimal(8, random) + "-" + hexadecimal(4, random) + "-4" + hexadecimal(3, random) + "-a" +
         hexadecimal(3, random) + "-" + hexadecimal(12, random);
}

}  // namespace

std::string format_text(Format format, std::uint32_t wanted, std::uint32_t way, Random& random) {
  switch (format) {
    case Format::date_time:
      return date_time(std::min(wanted, kMostCharacters), way, random);
    case Format::date:
      return date(way, random);
    case Format::email:
      return email(wanted, way, random);
    case Format::hostname:
      return host(wanted,
                  way == 0 ? "example.com" : (way == 1 ? "a" : letters(1 + random.below(20), random)));
    case Format::ipv4:
      return ipv4(wanted, way, random);
    case Format::ipv6:
      return ipv6(wanted, way, random);
    case Format::uri:
      return uri(wanted, way, random);
    case Format::uuid:
      return uuid(way, random);
    case Format::none:
      return "";
  }
  return "";
}

}  // namespace slipway::schema
