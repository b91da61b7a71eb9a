// Dates, addresses and names, by the RFCs that draft-04 refers to.
#include "schema/format.hpp"

#include <array>

namespace slipway::schema {
namespace {

struct Described {
  Format format;
  std::string_view name;
  std::string_view description;
};

constexpr std::array<Described, 8> kFormats{{
    {Format::date_time, "date-time", "a date-time such as 2018-11-13T20:20:39Z"},
    {Format::date, "date", "a date such as 2018-11-13"},
    {Format::email, "email", "an e-mail address"},
    {Format::hostname, "hostname", "a host name"},
    {Format::ipv4, "ipv4", "an IPv4 address such as 192.0.2.1"},
    {Format::ipv6, "ipv6", "an IPv6 address such as 2001:db8::1"},
    {Format::uri, "uri", "an absolute URI"},
    {Format::uuid, "uuid", "a UUID such as 123e4567-e89b-12d3-a456-426614174000"},
}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_alphanumeric(char c) {
  return is_digit(c) || is_letter(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// Takes exactly `count` digits off the front.
bool take_digits(std::string_view& text, unsigned count, unsigned& value) {
  if (text.size() < count) return false;
  value = 0;
  for (unsigned i = 0; i < count; ++i) {
    if (!is_digit(text[i])) return false;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text) {
  constexpr std::array<unsigned, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  unsigned year = 0, month = 0, day = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
      !take_digits(text, 2, day) || month < 1 || month > 12)
    return false;
  const bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return day >= 1 && day <= kDays[month - 1] + (leap ? 1 : 0);
}

// RFC 3339. A leap second is the last second of a UTC day.
bool is_date_time(std::string_view text) {
  unsigned hour = 0, minute = 0, second = 0, offset_hour = 0, offset_minute = 0, fraction = 0;
  if (!take_date(text) || !(take(text, 'T') || take(text, 't')) || !take_digits(text, 2, hour) ||
      !take(text, ':') || !take_digits(text, 2, minute) || !take(text, ':') || !take_digits(text, 2, second))
    return false;
  if (take(text, '.')) {
    if (!take_digits(text, 1, fraction)) return false;
    while (take_digits(text, 1, fraction)) {
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return false;
  const bool behind_utc = text.starts_with('-');
  if (take(text, '+') || take(text, '-')) {
    if (!take_digits(text, 2, offset_hour) || !take(text, ':') || !take_digits(text, 2, offset_minute))
      return false;
  } else if (!take(text, 'Z') && !take(text, 'z')) {
    return false;
  }
  if (!text.empty() || offset_hour > 23 || offset_minute > 59) return false;
  if (second < 60) return true;
  const unsigned day = 24 * 60;
  const unsigned offset = offset_hour * 60 + offset_minute;
  const unsigned local = hour * 60 + minute;
  return (local + (behind_utc ? offset : day - offset)) % day == day - 1;
}

bool is_date(std::string_view text) {
  return take_date(text) && text.empty();
}

// RFC 1034 with RFC 1123's leading digits.
bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.') {
      if (label == 0 || text[i - 1] == '-') return false;
      label = 0;
      continue;
    }
    if (!is_alphanumeric(c) && (c != '-' || label == 0)) return false;
    if (++label > 63) return false;
  }
  return label != 0 && text.back() != '-';
}

// Four decimal bytes. Leading zeros are refused: programs do not agree on what they mean.
bool is_ipv4(std::string_view text) {
  for (int part = 0; part < 4; ++part) {
    if (part != 0 && !take(text, '.')) return false;
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < 3 && digits < text.size() && is_digit(text[digits]); ++digits)
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
    if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0')) return false;
    text.remove_prefix(digits);
  }
  return text.empty();
}

// RFC 4291, section 2.2.
bool is_ipv6(std::string_view text) {
  unsigned groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  for (;;) {
    std::size_t digits = 0;
    while (digits < 4 && digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits < text.size() && text[digits] == '.')
      return (groups == 6 || (gap && groups < 6)) && is_ipv4(text);
    if (digits == 0 || ++groups > 8) return false;
    text.remove_prefix(digits);
    if (text.empty()) return groups == 8 || (gap && groups < 8);
    if (!take(text, ':')) return false;
    if (take(text, ':')) {
      if (gap) return false;
      gap = true;
      if (text.empty()) return groups < 8;
    }
  }
}

// RFC 5322's atom, as RFC 5321 uses it; with the characters beyond ASCII of RFC 6531.
bool is_atom_character(char c) {
  return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-/=?^_`{|}~") || static_cast<unsigned char>(c) >= 0x80;
}

bool is_quoted_local(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] < ' ' || text[i] == 0x7F) return false;
    if (text[i] == '\\' && (++i == text.size() || text[i] < ' ' || text[i] > '~')) return false;
  }
  return true;
}

bool is_local_part(std::string_view text) {
  if (is_quoted_local(text)) return true;
  bool dot = true;
  for (const char c : text) {
    if (c == '.' ? dot : !is_atom_character(c)) return false;
    dot = c == '.';
  }
  return !dot;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at > 64 || !is_local_part(text.substr(0, at))) return false;
  const std::string_view domain = text.substr(at + 1);
  if (!domain.starts_with('[')) return is_hostname(domain);
  if (!domain.ends_with(']')) return false;
  const std::string_view address = domain.substr(1, domain.size() - 2);
  return address.starts_with("IPv6:") ? is_ipv6(address.substr(5)) : is_ipv4(address);
}

// Characters of `extra`, RFC 3986's unreserved and sub-delims, and %XX.
bool is_made_of(std::string_view text, std::string_view extra) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alphanumeric(text[i]) && !is_one_of(text[i], "-._~!$&'()*+,;=") &&
               !is_one_of(text[i], extra)) {
      return false;
    }
  }
  return true;
}

bool is_ip_literal(std::string_view text) {
  if (!text.starts_with('v') && !text.starts_with('V')) return is_ipv6(text);
  std::size_t digits = 1;
  while (digits < text.size() && is_hex(text[digits])) ++digits;
  return digits > 1 && digits + 1 < text.size() && text[digits] == '.' &&
         text.find('%') == std::string_view::npos && is_made_of(text.substr(digits + 1), ":");
}

bool is_authority(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    if (!is_made_of(text.substr(0, at), ":")) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (take(text, '[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ip_literal(text.substr(0, close))) return false;
    port = text.substr(close + 1);
    if (!port.empty() && !take(port, ':')) return false;
  } else {
    const std::size_t colon = text.find(':');
    if (!is_made_of(text.substr(0, colon), "")) return false;
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  return port.find_first_not_of("0123456789") == std::string_view::npos;
}

// RFC 3986, section 3: with a scheme.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return false;
  for (const char c : text.substr(0, colon))
    if (!is_alphanumeric(c) && !is_one_of(c, "+-.")) return false;
  text.remove_prefix(colon + 1);
  if (const std::size_t hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_made_of(text.substr(hash + 1), ":@/?")) return false;
    text = text.substr(0, hash);
  }
  if (const std::size_t question = text.find('?'); question != std::string_view::npos) {
    if (!is_made_of(text.substr(question + 1), ":@/?")) return false;
    text = text.substr(0, question);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const std::size_t slash = text.find('/');
    if (!is_authority(text.substr(0, slash))) return false;
    text = slash == std::string_view::npos ? std::string_view() : text.substr(slash);
  }
  return is_made_of(text, ":@/");
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

std::optional<Format> format_named(std::string_view name) {
  for (const Described& known : kFormats)
    if (known.name == name) return known.format;
  return std::nullopt;
}

std::string_view describe_format(Format format) {
  for (const Described& known : kFormats)
    if (known.format == format) return known.description;
  return "anything";
}

bool has_format(Format format, std::string_view text) {
  switch (format) {
    case Format::none:
      return true;
    case Format::date_time:
      return is_date_time(text);
    case Format::date:
      return is_date(text);
    case Format::email:
      return is_email(text);
    case Format::hostname:
      return is_hostname(text);
    case Format::ipv4:
      return is_ipv4(text);
    case Format::ipv6:
      return is_ipv6(text);
    case Format::uri:
      return is_uri(text);
    case Format::uuid:
      return is_uuid(text);
  }
  return false;
}

}  // namespace slipway::schema
