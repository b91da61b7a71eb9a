// Resolving URI references.
#include "schema/uri.hpp"

namespace slipway::schema {
namespace {

struct Parts {
  std::string_view scheme;     // with its colon
  std::string_view authority;  // with its slashes
  std::string_view path;
  std::string_view query;  // with its question mark
};

bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !is_letter(text[0])) return false;
  for (const char c : text)
    if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') return false;
  return true;
}

Parts parse(std::string_view uri) {
  Parts parts;
  uri = split_uri(uri).document;
  const std::size_t colon = uri.find(':');
  if (colon != std::string_view::npos && is_scheme(uri.substr(0, colon))) {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) {
    const std::size_t end = uri.find_first_of("/?", 2);
    parts.authority = uri.substr(0, end);
    uri = end == std::string_view::npos ? std::string_view() : uri.substr(end);
  }
  const std::size_t question = uri.find('?');
  parts.path = uri.substr(0, question);
  if (question != std::string_view::npos) parts.query = uri.substr(question);
  return parts;
}

std::string without_dots(std::string_view path) {
  std::string out;
  const bool absolute = path.starts_with('/');
  if (absolute) path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (segment == "..") {
      const std::size_t parent = out.empty() ? std::string::npos : out.rfind('/', out.size() - 2);
      out.erase(parent == std::string::npos ? 0 : parent + 1);
    } else if (segment != ".") {
      out += segment;
      if (!last) out += '/';
    }
    if (last) break;
    path.remove_prefix(slash + 1);
  }
  return absolute ? std::string("/").append(out) : out;
}

std::string merge(const Parts& base, std::string_view path) {
  if (!base.authority.empty() && base.path.empty()) return std::string("/").append(path);
  const std::size_t slash = base.path.rfind('/');
  return std::string(slash == std::string_view::npos ? std::string_view() : base.path.substr(0, slash + 1))
      .append(path);
}

}  // namespace

SplitUri split_uri(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {uri, {}};
  return {uri.substr(0, hash), uri.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Parts from = parse(base);
  Parts to = parse(reference);
  const std::string_view fragment = split_uri(reference).fragment;
  std::string path(to.path);
  // A scheme without a path that begins with a slash (urn:...) has no segments to tidy.
  bool tidy = true;
  if (!to.scheme.empty()) {
    tidy = path.starts_with('/');
  } else {
    to.scheme = from.scheme;
    if (to.authority.empty()) {
      to.authority = from.authority;
      if (path.empty()) {
        path = from.path;
        tidy = false;
        if (to.query.empty()) to.query = from.query;
      } else if (!path.starts_with('/')) {
        path = merge(from, path);
      }
    }
  }
  if (tidy) path = without_dots(path);
  std::string result;
  result.append(to.scheme).append(to.authority).append(path).append(to.query);
  if (!fragment.empty()) result.append("#").append(fragment);
  return result;
}

bool decode_percent(std::string_view text, std::string& decoded) {
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'
               ? c - '0'
               : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1));
  };
  decoded.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size() || digit(text[i + 1]) < 0 || digit(text[i + 2]) < 0) return false;
    decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return true;
}

}  // namespace slipway::schema
