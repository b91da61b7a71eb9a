// The tree in RE2's notation.
#include <cstdio>

#include "schema/regex.hpp"

namespace slipway::schema {
namespace {

void append_character(std::string& out, std::uint32_t character) {
  char escape[16];
  std::snprintf(escape, sizeof escape, "\\x{%X}", character);
  out += escape;
}

void append_set(std::string& out, const CharacterSet& set) {
  if (set.ranges().empty() && set.properties().empty()) {
    out += "[^\\x{0}-\\x{10FFFF}]";
    return;
  }
  out += set.negated() ? "[^" : "[";
  for (const auto& [low, high] : set.ranges()) {
    append_character(out, low);
    out += '-';
    append_character(out, high);
  }
  for (const std::string& property : set.properties()) out += property;
  out += ']';
}

void append_repeat(std::string& out, const RegexNode& node) {
  out += '{';
  out += std::to_string(node.least);
  if (node.most != node.least) out += ',';
  if (node.most != node.least && node.most != RegexNode::kUnbounded) out += std::to_string(node.most);
  out += '}';
}

void append_node(std::string& out, const Regex& regex, std::uint32_t index) {
  const RegexNode& node = regex.nodes[index];
  switch (node.kind) {
    case RegexNode::Kind::empty:
      out += "(?:)";
      break;
    case RegexNode::Kind::set:
      append_set(out, regex.sets[node.set]);
      break;
    case RegexNode::Kind::start:
      out += "\\A";
      break;
    case RegexNode::Kind::end:
      out += "\\z";
      break;
    case RegexNode::Kind::word_boundary:
      out += "\\b";
      break;
    case RegexNode::Kind::no_word_boundary:
      out += "\\B";
      break;
    case RegexNode::Kind::sequence:
      for (const std::uint32_t child : node.children) append_node(out, regex, child);
      break;
    case RegexNode::Kind::choice:
      out += "(?:";
      for (std::size_t i = 0; i < node.children.size(); ++i) {
        if (i != 0) out += '|';
        append_node(out, regex, node.children[i]);
      }
      out += ')';
      break;
    case RegexNode::Kind::repeat:
      out += "(?:";
      append_node(out, regex, node.children[0]);
      out += ')';
      append_repeat(out, node);
      break;
  }
}

}  // namespace

std::string to_re2(const Regex& regex) {
  std::string out;
  append_node(out, regex, regex.root);
  return out;
}

}  // namespace slipway::schema
