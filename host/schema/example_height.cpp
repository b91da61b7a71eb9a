#include "schema/example_height.hpp"

#include <algorithm>

namespace slipway::schema {
namespace {

constexpr std::uint16_t kScalars =
    kAllKinds & ~(kind_bit(SLW_ARRAY) | kind_bit(SLW_TENSOR) | kind_bit(SLW_OBJECT));

class Heights {
 public:
  explicit Heights(const Program& program) : program_(program), height_(program.nodes.size(), kEndless) {
    height_[kAny] = 0;
  }

  // One round over all nodes; whether any became lower.
  bool improve() {
    bool improved = false;
    for (NodeId id = kNever + 1; id < height_.size(); ++id) {
      const std::uint32_t height = of(program_.nodes[id]);
      improved = improved || height < height_[id];
      height_[id] = std::min(height_[id], height);
    }
    return improved;
  }

  std::vector<std::uint32_t> take() { return std::move(height_); }

 private:
  std::uint32_t of(const Node& node) const {
    std::uint32_t height = kEndless;
    if ((node.kinds & kScalars) != 0) height = 0;
    if ((node.kinds & kind_bit(SLW_ARRAY)) != 0) height = std::min(height, of_array(node));
    if ((node.kinds & kind_bit(SLW_OBJECT)) != 0) height = std::min(height, of_object(node));
    return node.logic == kNone ? height : std::max(height, of_logic(program_.logics[node.logic]));
  }

  std::uint32_t of_array(const Node& node) const {
    if (node.array == kNone) return 1;
    const ArrayRules& rules = program_.arrays[node.array];
    std::uint32_t inside = rules.min_items > rules.tuple.count ? height_[rules.rest] : 0;
    for (std::uint32_t i = 0; i < std::min(rules.min_items, rules.tuple.count); ++i)
      inside = std::max(inside, height_[program_.children[rules.tuple.first + i]]);
    return std::min(inside + 1, kEndless);
  }

  std::uint32_t of_object(const Node& node) const {
    if (node.object == kNone) return 1;
    const ObjectRules& rules = program_.objects[node.object];
    std::uint32_t inside = 0;
    for (const Property& property : rules.properties)
      if (property.required != PropertyTable::kOptional && property.node != PropertyTable::kUndeclared)
        inside = std::max(inside, height_[property.node]);
    return std::min(inside + 1, kEndless);
  }

  std::uint32_t of_logic(const Logic& logic) const {
    std::uint32_t height = 0;
    for (std::uint32_t i = 0; i < logic.all_of.count; ++i)
      height = std::max(height, height_[program_.children[logic.all_of.first + i]]);
    for (const Range choice : {logic.any_of, logic.one_of}) {
      std::uint32_t least = choice.count == 0 ? 0 : kEndless;
      for (std::uint32_t i = 0; i < choice.count; ++i)
        least = std::min(least, height_[program_.children[choice.first + i]]);
      height = std::max(height, least);
    }
    return height;
  }

  const Program& program_;
  std::vector<std::uint32_t> height_;
};

}  // namespace

std::vector<std::uint32_t> shallowest(const Program& program) {
  constexpr int kMostRounds = 100;  // what is deeper is no use to anybody
  Heights heights(program);
  for (int round = 0; round < kMostRounds && heights.improve(); ++round) {
  }
  return heights.take();
}

}  // namespace slipway::schema
