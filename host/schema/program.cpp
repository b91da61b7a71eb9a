// What a program knows about itself.
#include "schema/program.hpp"

#include <algorithm>

namespace slipway::schema {
namespace {

bool is_plain(const Program& program, const Node& node) {
  return node.logic == kNone && (node.number == kNone || program.numbers[node.number].multiple_of.is_zero());
}

}  // namespace

std::string Program::schema_pointer(const Node& node) const {
  std::vector<const std::string*> parts;
  for (std::uint32_t at = node.location; at != kNone; at = locations[at].parent)
    parts.push_back(&locations[at].text);
  std::string pointer;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) pointer += **part;
  return pointer;
}

const Default* Program::default_of(NodeId node) const {
  const auto at = std::lower_bound(defaults.begin(), defaults.end(), node,
                                   [](const Default& entry, NodeId id) { return entry.node < id; });
  return at != defaults.end() && at->node == node ? &*at : nullptr;
}

void finish_program(Program& program) {
  std::sort(program.defaults.begin(), program.defaults.end(),
            [](const Default& a, const Default& b) { return a.node < b.node; });
  std::vector<std::uint32_t> ways(program.nodes.size(), 0);
  bool branches = !program.pattern_properties.empty();
  bool shared = false;
  ++ways[program.root];
  for (const Node& node : program.nodes)
    for_each_child(program, node, [&](NodeId child, bool in_place) {
      ++ways[child];
      branches = branches || (in_place && child != kAny);
    });
  for (NodeId id = kNever + 1; id < program.nodes.size(); ++id) {
    program.nodes[id].shared = ways[id] > 1;
    shared = shared || ways[id] > 1;
  }
  program.multiplies = shared && branches;
  for (ArrayRules& array : program.arrays) array.rest_is_plain = is_plain(program, program.nodes[array.rest]);
  for (ObjectRules& object : program.objects) object.properties.seal();
}

}  // namespace slipway::schema
