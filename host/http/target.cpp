#include "http/target.hpp"

#include "base/utf8.hpp"
#include "http/text.hpp"

namespace slipway::http {
namespace {

const char* decode(std::string_view raw, PaddedBuffer& decoded) {
  decoded.clear();
  decoded.reserve(raw.size());
  std::size_t plain = 0;
  for (std::size_t at = raw.find('%'); at != std::string_view::npos; at = raw.find('%', plain)) {
    const int high = at + 1 < raw.size() ? hex_digit(raw[at + 1]) : -1;
    const int low = at + 2 < raw.size() ? hex_digit(raw[at + 2]) : -1;
    if (high < 0 || low < 0) return "has a '%' that two hexadecimal digits do not follow";
    const char byte = static_cast<char>(high * 16 + low);
    if (byte == '/' || byte == '\\') return "has an encoded slash or backslash in its path";
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F)
      return "has an encoded control byte in its path";
    decoded.append(raw.substr(plain, at - plain));
    decoded.append({&byte, 1});
    plain = at + 3;
  }
  decoded.append(raw.substr(plain));
  return nullptr;
}

bool has_dot_segment(std::string_view path) {
  for (std::size_t at = path.find("/."); at != std::string_view::npos; at = path.find("/.", at + 1)) {
    const std::string_view segment = path.substr(at + 1, path.find('/', at + 1) - at - 1);
    if (segment == "." || segment == "..") return true;
  }
  return false;
}

// "http://host/path" -> "/path"; a target in origin form stays as it is.
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
  }
  return target;
}

Target refused(const char* why) {
  return {{}, {}, why};
}

}  // namespace

Target parse_target(std::string_view raw, PaddedBuffer& decoded) {
  if (raw == "*") return {raw, {}, nullptr};
  const std::string_view origin = without_authority(raw);
  const std::size_t mark = origin.find('?');
  std::string_view path = origin.substr(0, mark);
  const std::string_view query =
      mark == std::string_view::npos ? std::string_view() : origin.substr(mark + 1);
  if (path.empty() || path[0] != '/') return refused("does not begin with '/'");
  if (origin.find('#') != std::string_view::npos) return refused("has a fragment ('#')");
  if (path.find('\\') != std::string_view::npos) return refused("has a backslash in its path");
  if (path.find('%') != std::string_view::npos) {
    if (const char* const wrong = decode(path, decoded)) return refused(wrong);
    path = decoded.view();
  }
  if (!is_utf8(path) || !is_utf8(query)) return refused("is not UTF-8");
  if (has_dot_segment(path)) return refused("has '.' or '..' as a segment of its path");
  return {path, query, nullptr};
}

}  // namespace slipway::http
