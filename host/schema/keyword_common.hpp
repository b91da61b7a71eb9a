// What the compilers of keywords ask of the values they are given.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "document/pointer.hpp"
#include "schema/compiler.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {

// "/keyword", "/keyword/name".
template <class... Tokens>
std::string path_of(Tokens... tokens) {
  std::string path;
  (document::append_token(path, tokens), ...);
  return path;
}

// Each returns nothing after an error.
std::optional<std::uint32_t> take_count(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                        document::Value value);
std::optional<bool> take_flag(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                              document::Value value);
std::optional<std::string_view> take_text(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                          document::Value value);

// Calls take(text) for each string of the array at `path`; the standard wants them to be different, and at
// least one.
template <class Take>
void take_names(Compiler& compiler, NodeDraft& draft, const std::string& path, document::Value value,
                Take&& take);

// Indices in Program::children of the schemas in an array, made one after the other.
std::optional<Range> take_schemas(Compiler& compiler, NodeDraft& draft, std::string_view keyword,
                                  document::Value value, bool in_place);

// Every "name: schema" of a mapping, with its path.
template <class Take>
void take_named_schemas(Compiler& compiler, NodeDraft& draft, std::string_view keyword, document::Value value,
                        Take&& take) {
  if (!value.is_object()) {
    compiler.error(draft, path_of(keyword),
                   quoted(keyword) + " must be a mapping from names to schemas, not " + show(value));
    return;
  }
  for (std::uint32_t i = 0; i < value.size(); ++i)
    take(value.key(i), value.member(i), path_of(keyword, value.key(i)));
}

template <class Take>
void take_names(Compiler& compiler, NodeDraft& draft, const std::string& path, document::Value value,
                Take&& take) {
  const std::string what = quoted(std::string_view(path).substr(1));
  if (!value.is_array()) {
    compiler.error(draft, path, what + " must be a list of names, not " + show(value));
    return;
  }
  if (value.size() == 0 && compiler.strict())
    compiler.error(draft, path, what + " must name at least one member");
  for (std::uint32_t i = 0; i < value.size(); ++i) {
    const document::Value name = value.element(i);
    if (!name.is_string()) {
      compiler.error(draft, path + path_of(i), what + " must be a list of strings; this is " + show(name));
    } else if (!take(name.text()) && compiler.strict()) {
      compiler.error(draft, path + path_of(i), quoted(name.text()) + " is named twice");
    }
  }
}

}  // namespace slipway::schema
