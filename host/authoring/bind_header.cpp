#include "authoring/bind_header.hpp"

#include <slipway/value.h>

#include <algorithm>
#include <map>

#include "authoring/bind_names.hpp"

namespace slipway::authoring {
namespace {

constexpr std::size_t kLineWidth = 100;

// Descriptions are whoever wrote the schema's: nothing in one may end the comment or hide what follows.
void append_comment(std::string_view text, std::string_view indent, std::string& out) {
  std::string line;
  const auto end_line = [&] {
    if (line.empty()) return;
    if (line.back() == '\\') line += '.';
    out.append(indent).append("// ").append(line).append("\n");
    line.clear();
  };
  std::string word;
  const auto end_word = [&] {
    if (!line.empty() && indent.size() + line.size() + word.size() + 4 > kLineWidth) end_line();
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
    word.clear();
  };
  for (; !text.empty(); text.remove_prefix(1)) {
    const auto c = static_cast<unsigned char>(text[0]);
    if (c == ' ' || c < 0x20 || c == 0x7F) {
      end_word();
    } else if (begins_with_bidirectional(text)) {
      text.remove_prefix(c < 0xE0 ? 1 : 2);
    } else {
      word += text[0];
    }
    if (c == '\n') end_line();
  }
  end_word();
  end_line();
}

std::string spelled(const Type& type, Side side);

std::string spelled_list(const Type& element, Side side) {
  using enum Type::Kind;
  const bool packed = (element.kind == number || element.kind == integer) && !element.nullable;
  const std::string inner = spelled(element, side);
  return packed && side == Side::request ? "std::span<const " + inner + ">" : "std::vector<" + inner + ">";
}

std::string spelled_value(const Type& type, Side side) {
  using enum Type::Kind;
  switch (type.kind) {
    case any:
      break;
    case boolean:
      return "bool";
    case integer:
      return "std::int64_t";
    case number:
      return "double";
    case text:
      return side == Side::request ? "std::string_view" : "std::string";
    case enumeration:
    case structure:
      return type.name;
    case list:
      return spelled_list(*type.element, side);
  }
  return side == Side::request ? "slipway::Value" : "slipway::Json";
}

std::string spelled(const Type& type, Side side) {
  const std::string value = spelled_value(type, side);
  return type.nullable ? "std::optional<" + value + ">" : value;
}

std::string spelled(const Field& field, Side side) {
  const std::string value = spelled_value(field.type, side);
  if (field.recursive) return "std::shared_ptr<" + value + ">";
  return field.type.nullable || field.presence == Presence::optional ? "std::optional<" + value + ">" : value;
}

// What must be given has none, so that a compiler can warn where it is not; but nothing is left
// indeterminate.
std::string initializer(const Field& field, bool within_recursion) {
  using enum Type::Kind;
  if (!field.initial.empty()) return field.initial == "{}" ? "{}" : " = " + field.initial;
  if (field.presence == Presence::optional) return within_recursion ? "" : "{}";
  if (field.type.nullable || field.recursive) return "";
  switch (field.type.kind) {
    case boolean:
      return " = false";
    case integer:
    case number:
      return " = 0";
    case enumeration:
      return "{}";
    default:
      return "";
  }
}

std::vector<std::string> member_names(const Structure& made, const Types& types) {
  std::vector<std::string> keys;
  for (const Field& field : made.fields) keys.push_back(field.key);
  return identifiers(keys, types.names);
}

void append_type(const Enumeration& made, const Types&, std::string& out) {
  append_comment(made.description, "", out);
  out += "enum class " + made.name + " {\n";
  for (const std::string& name : identifiers(made.texts)) out += "  " + name + ",\n";
  out += "};\n";
}

void append_type(const Structure& made, const Types& types, std::string& out) {
  append_comment(made.description, "", out);
  out += "struct " + made.name + " {\n";
  const std::vector<std::string> members = member_names(made, types);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const Field& field = made.fields[i];
    append_comment(field.description, "  ", out);
    out += "  " + spelled(field, made.side) + " " + members[i] + initializer(field, made.within_recursion) +
           ";\n";
  }
  out += "};\n";
}

void append_functions(const Enumeration& made, const Types&, std::string& out) {
  out += "constexpr auto slipway_texts(" + made.name + ") {\n";
  out += "  return std::to_array<std::string_view>({\n";
  for (const std::string& text : made.texts) {
    const bool holds_nul = text.find('\0') != std::string::npos;
    out += "      ";
    out += holds_nul ? "{" + literal(text) + ", " + std::to_string(text.size()) + "}" : literal(text);
    out += ",\n";
  }
  out += "  });\n}\n";
  out += "constexpr std::string_view to_string(" + made.name + " value) {\n";
  out += "  return slipway::detail::text_of(value);\n}\n";
}

std::string required_head(const Structure& made) {
  return "constexpr std::size_t slipway_required(const " + made.name + "&)";
}
std::string read_head(const Structure& made) {
  return "inline void slipway_read(" + made.name + "& it, slipway::detail::MemberReader& member)";
}
std::string write_head(const Structure& made) {
  return "inline void slipway_write(const " + made.name + "& it, slipway::ObjectWriter& out)";
}

// What the functions of others call before it is written.
void append_functions_first(const Structure& made, std::string& out) {
  if (made.side == Side::request)
    out += required_head(made) + ";\n" + read_head(made) + ";\n";
  else
    out += write_head(made) + ";\n";
}
void append_functions_first(const Enumeration&, std::string&) {}

std::string call(const Structure& made, const std::vector<std::string>& members, std::size_t i,
                 std::string_view on) {
  const Field& field = made.fields[i];
  const bool required = field.presence == Presence::required ||
                        (field.presence == Presence::defaulted && made.side == Side::response);
  std::string text(on);
  text += required ? ".required(" : ".optional(";
  return text + literal(field.key) + ", it." + members[i] + ")";
}

void append_write(const Structure& made, const std::vector<std::string>& members, std::string& out) {
  out += write_head(made) + " {\n";
  for (std::size_t i = 0; i < members.size(); ++i) out += "  " + call(made, members, i, "out") + ";\n";
  out += "}\n";
}

// A switch on the hashes of the keys; two that are the same share a case.
void append_read(const Structure& made, const std::vector<std::string>& members, std::string& out) {
  const auto is_required = [](const Field& field) { return field.presence == Presence::required; };
  out += required_head(made) + " {\n";
  out += "  return " + std::to_string(std::ranges::count_if(made.fields, is_required)) + ";\n}\n";
  out += read_head(made) + " {\n";
  out += "  switch (member.hash()) {\n";
  std::map<std::uint16_t, std::vector<std::size_t>> same_hash;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& key = made.fields[i].key;
    same_hash[slw_key_hash(key.data(), key.size())].push_back(i);
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string& key = made.fields[i].key;
    const std::vector<std::size_t>& same = same_hash[slw_key_hash(key.data(), key.size())];
    if (same.front() != i) continue;
    out += "    case slipway::key_hash(" + literal(key) + "):\n";
    for (const std::size_t each : same) out += "      " + call(made, members, each, "member") + ";\n";
    out += "      break;\n";
  }
  out += "  }\n}\n";
}

void append_functions(const Structure& made, const Types& types, std::string& out) {
  const std::vector<std::string> members = member_names(made, types);
  if (made.side == Side::request)
    append_read(made, members, out);
  else
    append_write(made, members, out);
}

// Where the whole document is no structure or enumeration of that name itself.
void append_root(std::string_view name, const std::string& spelling, std::string& out) {
  if (spelling != name) out.append("using ").append(name).append(" = " + spelling + ";\n\n");
}

}  // namespace

std::string header_text(const Header& header) {
  std::string out;
  append_comment("Generated by `slipway bind` from " + header.made_from + ": do not edit.", "", out);
  out += "#pragma once\n\n#include <slipway/typed.hpp>\n\n";
  out += "namespace " + header.name_space + " {\n\n";
  for (const std::string& name : header.types.declared_first) out += "struct " + name + ";\n";
  if (!header.types.declared_first.empty()) out += "\n";
  for (const auto& declaration : header.types.declarations) {
    std::visit([&](const auto& made) { append_type(made, header.types, out); }, declaration);
    out += "\n";
  }
  append_root("Request", spelled(header.request, Side::request), out);
  append_root("Response", spelled(header.response, Side::response), out);
  if (!header.types.declarations.empty()) out += "// How they are read and written.\n\n";
  for (const auto& declaration : header.types.declarations)
    std::visit(
        [&](const auto& made) {
          if (header.types.declared_first.contains(made.name)) append_functions_first(made, out);
        },
        declaration);
  if (!header.types.declared_first.empty()) out += "\n";
  for (const auto& declaration : header.types.declarations) {
    std::visit([&](const auto& made) { append_functions(made, header.types, out); }, declaration);
    out += "\n";
  }
  out += "}  // namespace " + header.name_space + "\n";
  return out;
}

}  // namespace slipway::authoring
