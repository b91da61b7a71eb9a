#include "schema/example_pattern.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/utf8.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kMostCharacters = 100'000;  // no text grows much beyond it

// Of many scripts and categories, the most common first.
constexpr std::array<std::uint32_t, 24> kProbes{'a',    'A',    '1',    0xE9,   0x3B1, 0x3A9, 0x434, 0x416,
                                                0x4E2D, 0x3042, 0x30A2, 0xD55C, 0x5D0, 0x627, 0x905, 0xE01,
                                                '-',    '_',    '(',    ')',    '.',   '+',   '$',   ' '};

std::uint32_t saturating_add(std::uint32_t a, std::uint32_t b) {
  return std::min(a + b, kMostCharacters);
}
std::uint32_t saturating_multiply(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{a} * b, kMostCharacters));
}

}  // namespace

PatternText::PatternText(Regex regex) : regex_(std::move(regex)) {
  // The parser makes children before their parents.
  for (const RegexNode& node : regex_.nodes) {
    std::uint32_t least = node.kind == RegexNode::Kind::set ? 1 : 0;
    if (node.kind == RegexNode::Kind::choice) least = kMostCharacters;
    for (const std::uint32_t child : node.children) {
      if (node.kind == RegexNode::Kind::sequence) least = saturating_add(least, least_[child]);
      if (node.kind == RegexNode::Kind::choice) least = std::min(least, least_[child]);
      if (node.kind == RegexNode::Kind::repeat) least = saturating_multiply(node.least, least_[child]);
    }
    least_.push_back(least);
  }
}

std::string PatternText::make(Way way, std::uint32_t wanted, std::uint32_t probe, Random& random) {
  way_ = way;
  probe_ = probe;
  random_ = &random;
  const std::uint32_t least = least_[regex_.root];
  spare_ = wanted > least ? std::min(wanted, kMostCharacters) - least : 0;
  out_.clear();
  write(regex_.root);
  return std::move(out_);
}

void PatternText::write(std::uint32_t index) {
  const RegexNode& node = regex_.nodes[index];
  if (out_.size() > 4 * kMostCharacters) return;
  switch (node.kind) {
    case RegexNode::Kind::set:
      return write_character(regex_.sets[node.set]);
    case RegexNode::Kind::sequence:
      for (const std::uint32_t child : node.children) write(child);
      return;
    case RegexNode::Kind::choice:
      return write(branch(node));
    case RegexNode::Kind::repeat:
      return write_repeat(node);
    default:
      return;  // says something about what is around it, not about a character
  }
}

std::uint32_t PatternText::branch(const RegexNode& node) {
  if (way_ == Way::varied) return node.children[random_->below(node.children.size())];
  if (way_ == Way::first) return node.children.front();
  return *std::min_element(node.children.begin(), node.children.end(),
                           [&](std::uint32_t a, std::uint32_t b) { return least_[a] < least_[b]; });
}

void PatternText::write_repeat(const RegexNode& node) {
  const std::uint32_t child = node.children.front();
  const std::uint32_t room = node.most - node.least;
  const std::uint32_t each = std::max(least_[child], 1u);
  std::uint32_t more = way_ == Way::varied ? static_cast<std::uint32_t>(random_->below(4)) : 0;
  more = std::min(std::max(more, (spare_ + each - 1) / each), room);
  spare_ -= std::min(spare_, saturating_multiply(more, each));
  for (std::uint32_t i = 0; i < node.least + more && out_.size() <= 4 * kMostCharacters; ++i) write(child);
}

void PatternText::write_character(const CharacterSet& set) {
  const auto& ranges = set.ranges();
  if (!set.properties().empty()) {
    const std::uint64_t guess = way_ == Way::varied ? random_->next() : probe_;
    return append_utf8(kProbes[guess % kProbes.size()], out_);
  }
  if (ranges.empty()) return;  // nothing can stand here
  if (way_ == Way::varied) {
    const auto& range = ranges[random_->below(ranges.size())];
    // Mostly from the beginning of a range, where the well-known characters are.
    const std::uint32_t width = std::min(range.high - range.low, random_->one_in(8) ? 0x10FFFFu : 25u);
    return append_utf8(range.low + static_cast<std::uint32_t>(random_->below(width + 1u)), out_);
  }
  for (const std::uint32_t plain : {U'a', U'A', U'1', U'0', U' ', U'-'})
    if (set.contains(plain)) return append_utf8(plain, out_);
  // Of what is printable, else of anything.
  for (const auto& [low, high] : ranges)
    if (high > ' ') return append_utf8(std::max<std::uint32_t>(low, '!'), out_);
  append_utf8(ranges.front().low, out_);
}

}  // namespace slipway::schema
