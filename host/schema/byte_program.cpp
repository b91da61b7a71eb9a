// From the tree of a regular expression to instructions over bytes. Texts are valid UTF-8, which keeps this
// small: a lead byte announces exactly the continuation bytes that follow it.
#include "schema/byte_program.hpp"

#include <algorithm>

namespace slipway::schema {
namespace {

using Kind = ByteInstruction::Kind;

constexpr std::uint8_t kContinuation = 0x80;
constexpr std::uint8_t kLead = 0xC2;
constexpr std::uint8_t kLastLead = 0xF4;
constexpr std::uint8_t kLastContinuation = 0xBF;

class Builder {
 public:
  explicit Builder(const Regex& regex) : regex_(regex) {}

  std::optional<ByteProgram> build() {
    for (const CharacterSet& set : regex_.sets)
      if (!set.properties().empty()) return std::nullopt;
    program_.boundaries = std::any_of(regex_.nodes.begin(), regex_.nodes.end(), [](const RegexNode& node) {
      return node.kind == RegexNode::Kind::word_boundary || node.kind == RegexNode::Kind::no_word_boundary;
    });
    program_.start = node(regex_.root, add({}));
    if (too_long_) return std::nullopt;
    return std::move(program_);
  }

 private:
  std::uint32_t add(ByteInstruction instruction) {
    if (program_.code.size() >= ByteProgram::kMostInstructions) {
      too_long_ = true;
      return 0;
    }
    program_.code.push_back(instruction);
    return static_cast<std::uint32_t>(program_.code.size() - 1);
  }
  std::uint32_t bytes(std::uint32_t low, std::uint32_t high, std::uint32_t next) {
    return add({Kind::bytes, static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high), next, 0});
  }
  std::uint32_t split(std::uint32_t a, std::uint32_t b) { return add({Kind::split, 0, 0, a, b}); }

  // The program for a node, with `next` to go to behind it. Made from the end, so that `next` is always
  // there.
  std::uint32_t node(std::uint32_t index, std::uint32_t next) {
    if (too_long_) return 0;
    const RegexNode& n = regex_.nodes[index];
    switch (n.kind) {
      case RegexNode::Kind::empty:
        return next;
      case RegexNode::Kind::set:
        return set(regex_.sets[n.set], next);
      case RegexNode::Kind::start:
        return add({Kind::start, 0, 0, next, 0});
      case RegexNode::Kind::end:
        return add({Kind::end, 0, 0, next, 0});
      case RegexNode::Kind::word_boundary:
        return add({Kind::word_boundary, 0, 0, next, 0});
      case RegexNode::Kind::no_word_boundary:
        return add({Kind::no_word_boundary, 0, 0, next, 0});
      case RegexNode::Kind::sequence:
        for (auto child = n.children.rbegin(); child != n.children.rend(); ++child) next = node(*child, next);
        return next;
      case RegexNode::Kind::choice: {
        std::uint32_t all = node(n.children.back(), next);
        for (std::size_t i = n.children.size() - 1; i-- > 0;) all = split(node(n.children[i], next), all);
        return all;
      }
      case RegexNode::Kind::repeat:
        return repeat(n, next);
    }
    return next;
  }

  std::uint32_t repeat(const RegexNode& n, std::uint32_t next) {
    if (n.most == RegexNode::kUnbounded) {
      next = loop(n.children[0], next);
    } else {
      const std::uint32_t behind = next;
      for (std::uint32_t i = n.least; i < n.most && !too_long_; ++i)
        next = split(node(n.children[0], next), behind);
    }
    for (std::uint32_t i = 0; i < n.least && !too_long_; ++i) next = node(n.children[0], next);
    return next;
  }

  std::uint32_t loop(std::uint32_t body, std::uint32_t next) {
    const std::uint32_t head = split(0, next);
    if (too_long_) return 0;
    const RegexNode& n = regex_.nodes[body];
    // Where every character beyond ASCII may be repeated, so may every byte of one: wherever such a loop is
    // left in the middle of a character, nothing but another such loop can go on from there.
    const bool bytewise = n.kind == RegexNode::Kind::set && takes_all_beyond_ascii(regex_.sets[n.set]);
    std::uint32_t inner = bytewise ? bytes(kContinuation, 0xFF, head) : node(body, head);
    if (bytewise) inner = ascii(regex_.sets[n.set], head, inner);
    if (!too_long_) program_.code[head].next = inner;
    return head;
  }

  // Assertions about words look between bytes and must not be asked within a character.
  bool takes_all_beyond_ascii(const CharacterSet& set) const {
    return !program_.boundaries && set.contains(0x80, 0xD7FF) && set.contains(0xE000, CharacterSet::kLast);
  }

  // `other`, or one of the ASCII characters of `set`.
  std::uint32_t ascii(const CharacterSet& set, std::uint32_t next, std::uint32_t other) {
    for (const auto& [low, high] : set.ranges())
      if (low < 0x80) other = split(bytes(low, std::min(high, 0x7Fu), next), other);
    return other;
  }

  std::uint32_t set(const CharacterSet& set, std::uint32_t next) {
    if (takes_all_beyond_ascii(set)) {
      const std::uint32_t rest = split(0, next);
      if (too_long_) return 0;
      program_.code[rest].next = bytes(kContinuation, kLastContinuation, rest);
      return ascii(set, next, bytes(kLead, kLastLead, rest));
    }
    std::uint32_t all = bytes(1, 0, next);  // takes nothing
    all = ascii(set, next, all);
    for (const auto& [low, high] : set.ranges())
      if (high >= 0x80) all = beyond_ascii(std::max(low, 0x80u), high, next, all);
    return all;
  }

  // Splits a range until all its characters have the same length and, byte by byte, ranges of their own.
  std::uint32_t beyond_ascii(std::uint32_t low, std::uint32_t high, std::uint32_t next, std::uint32_t other) {
    for (const std::uint32_t longest : {0x7FFu, 0xFFFFu})
      if (low <= longest && high > longest)
        return beyond_ascii(longest + 1, high, next, beyond_ascii(low, longest, next, other));
    for (const std::uint32_t bits :
         {18u, 12u, 6u}) {  // a block of continuation bytes must be whole or within one lead
      const std::uint32_t block = (1u << bits) - 1;
      if ((low | block) == (high | block) || length(low) * 6 - 6 < bits) continue;
      if ((low & block) != 0)
        return beyond_ascii((low | block) + 1, high, next, beyond_ascii(low, low | block, next, other));
      if ((high & block) != block)
        return beyond_ascii(high & ~block, high, next, beyond_ascii(low, (high & ~block) - 1, next, other));
    }
    for (std::uint32_t i = 0; i + 1 < length(low); ++i)
      next = bytes(kContinuation | (low >> 6 * i & 0x3F), kContinuation | (high >> 6 * i & 0x3F), next);
    return split(bytes(lead(low), lead(high), next), other);
  }

  static std::uint32_t length(std::uint32_t character) {
    return character < 0x800 ? 2 : (character < 0x10000 ? 3 : 4);
  }
  static std::uint32_t lead(std::uint32_t character) {
    switch (length(character)) {
      case 2:
        return 0xC0 | character >> 6;
      case 3:
        return 0xE0 | character >> 12;
      default:
        return 0xF0 | character >> 18;
    }
  }

  const Regex& regex_;
  ByteProgram program_;
  bool too_long_ = false;
};

}  // namespace

std::optional<ByteProgram> ByteProgram::build(const Regex& regex) {
  return Builder(regex).build();
}

}  // namespace slipway::schema
