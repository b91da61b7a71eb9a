// What the compilers of keywords ask of the values they are given.
#include "schema/keyword_common.hpp"

#include <cmath>

namespace slipway::schema {

std::optional<std::uint32_t> take_count(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                        document::Value value) {
  // 2.0 is no integer in draft-04, but its meaning is not in doubt.
  const bool whole = value.is_integer() || (!compiler.strict() && value.is_number() &&
                                            std::floor(value.number()) == value.number());
  if (!whole || value.number() < 0) {
    compiler.error(draft, path_of(keyword),
                   quoted(keyword) + " must be an integer that is not negative, not " + show(value));
    return std::nullopt;
  }
  // Nothing has more than this many of anything.
  return value.number() >= kNone ? kNone - 1 : static_cast<std::uint32_t>(value.number());
}

std::optional<bool> take_flag(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                              document::Value value) {
  if (value.is_boolean()) return value.boolean();
  compiler.error(draft, path_of(keyword), quoted(keyword) + " must be true or false, not " + show(value));
  return std::nullopt;
}

std::optional<std::string_view> take_text(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                          document::Value value) {
  if (value.is_string()) return value.text();
  compiler.error(draft, path_of(keyword), quoted(keyword) + " must be a string, not " + show(value));
  return std::nullopt;
}

std::optional<Range> take_schemas(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                  document::Value value, bool in_place) {
  if (!value.is_array() || (value.size() == 0 && in_place)) {
    const std::string what = value.is_array() ? "an empty list" : show(value);
    compiler.error(draft, path_of(keyword), quoted(keyword) + " must be a list of schemas, not " + what);
    return std::nullopt;
  }
  std::vector<NodeId> children;
  for (std::uint32_t i = 0; i < value.size(); ++i)
    children.push_back(compiler.child(draft, value.element(i), path_of(keyword, i), in_place));
  auto& all = compiler.program().children;
  const Range range{static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(children.size())};
  all.insert(all.end(), children.begin(), children.end());
  return range;
}

}  // namespace slipway::schema
