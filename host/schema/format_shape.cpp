#include "schema/format_shape.hpp"

namespace slipway::schema {
namespace {

constexpr std::string_view source_of(Format format) {
  switch (format) {
    case Format::date_time:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?([Zz]|[-+][0-9]{2}:[0-9]{"
             "2})$";
    case Format::date:
      return "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
    case Format::email:
      return "[^@]@[^@]";
    case Format::hostname:
      return "^[A-Za-z0-9][A-Za-z0-9.-]*$";
    case Format::ipv4:
      return "^[0-9]{1,3}([.][0-9]{1,3}){3}$";
    case Format::ipv6:
      return "^[0-9A-Fa-f:.]{2,45}$";
    case Format::uri:
      return "^[A-Za-z][A-Za-z0-9+.-]*:";
    case Format::uuid:
      return "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$";
    case Format::none:
      break;
  }
  return {};
}

}  // namespace

const Pattern* format_shape(Format format) {
  static const std::vector<std::optional<Pattern>> shapes = [] {
    std::vector<std::optional<Pattern>> all;
    for (auto i = Format::none; i <= Format::uuid; i = static_cast<Format>(static_cast<int>(i) + 1)) {
      Result<Pattern> shape = Pattern::compile(source_of(i));
      all.push_back(i == Format::none || !shape ? std::nullopt : std::optional(std::move(*shape)));
    }
    return all;
  }();
  const std::optional<Pattern>& shape = shapes[static_cast<std::size_t>(format)];
  return shape ? &*shape : nullptr;
}

}  // namespace slipway::schema
