// Walking all schemas that apply to the values along a path.
#include "schema/sensitivity.hpp"

#include <charconv>
#include <string>

#include "document/pointer.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostWork = 10'000'000;  // schemas looked at for one path

}  // namespace

void Sensitivity::add(NodeId id) {
  if (id == kAny || round_of_[id] == round_) return;
  round_of_[id] = round_;
  next_.push_back(id);
}

// Adds all that apply to the same value, makes them the current ones, and says whether one of them is
// sensitive.
bool Sensitivity::close() {
  bool sensitive = false;
  for (std::size_t i = 0; i < next_.size(); ++i) {
    ++work_;
    const Node& node = program_.nodes[next_[i]];
    sensitive = sensitive || node.sensitive;
    if (node.logic == kNone && node.object == kNone) continue;
    for_each_child(program_, node, [&](NodeId child, bool in_place) {
      ++work_;
      if (in_place) add(child);
    });
  }
  here_.swap(next_);
  next_.clear();
  return sensitive || work_ > kMostWork;
}

bool Sensitivity::start() {
  work_ = 0;
  next_.clear();
  ++round_;
  add(program_.root);
  return close();
}

bool Sensitivity::descend(const Token& token, bool either) {
  next_.clear();
  ++round_;
  for (const NodeId id : here_) {
    const Node& node = program_.nodes[id];
    if ((token.is_index || either) && node.array != kNone) {
      const ArrayRules& rules = program_.arrays[node.array];
      add(token.index < rules.tuple.count ? program_.children[rules.tuple.first + token.index] : rules.rest);
    }
    if ((token.is_index && !either) || node.object == kNone) continue;
    const ObjectRules& rules = program_.objects[node.object];
    const Property* const property = rules.properties.find(token.key);
    bool declared = property != nullptr && property->node != PropertyTable::kUndeclared;
    if (declared) add(property->node);
    for (std::uint32_t i = 0; i < rules.patterns.count; ++i) {
      const PatternProperty& p = program_.pattern_properties[rules.patterns.first + i];
      if (!program_.patterns[p.pattern].matches(token.key)) continue;
      declared = true;
      add(p.node);
    }
    if (!declared) add(rules.additional);
  }
  return close();
}

bool Sensitivity::declares(std::string_view key) const {
  for (const NodeId id : here_) {
    const Node& node = program_.nodes[id];
    if (node.object != kNone && program_.objects[node.object].properties.find(key) != nullptr) return true;
  }
  return false;
}

Sensitivity::Verdict Sensitivity::of(std::span<const Token> path) {
  Verdict verdict{start(), path.size()};
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (verdict.sensitive && !path[i].is_index && !declares(path[i].key)) {
      verdict.tellable = i;
      return verdict;
    }
    if (descend(path[i], false)) verdict.sensitive = true;
  }
  return verdict;
}

bool Sensitivity::of(std::string_view pointer) {
  bool sensitive = start();
  while (!sensitive && pointer.starts_with('/')) {
    const std::string text = document::take_token(pointer);
    Token token{text, kNone, true};  // an item or a member: both are asked
    std::from_chars(text.data(), text.data() + text.size(), token.index);
    sensitive = descend(token, true);
  }
  return sensitive;
}

}  // namespace slipway::schema
