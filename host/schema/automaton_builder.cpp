// From instructions to the table: the subset construction, then the smallest table that says the same.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "schema/automaton.hpp"
#include "schema/byte_program.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostWork = 4'000'000;  // instructions looked at: some ten milliseconds

bool is_word(unsigned byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
         (byte >= 'a' && byte <= 'z');
}
bool is_continuation(unsigned byte) {
  return (byte & 0xC0) == 0x80;
}

}  // namespace

// A state is what may go on: instructions not yet followed, because what `$` and `\b` say depends on the byte
// to come.
class SubsetBuilder {
 public:
  explicit SubsetBuilder(const ByteProgram& program) : program_(program), seen_(program.code.size(), 0) {}

  std::optional<Automaton> build() {
    find_classes();
    intern({{}, true, false});
    for (std::size_t state = 0; state < states_.size(); ++state) {
      if (states_.size() > Automaton::kMostStates || work_ > kMostWork) return std::nullopt;
      const State from = *states_[state];
      for (std::uint32_t c = 0; c < automaton_.classes_; ++c)
        automaton_.next_.push_back(step(from, representative_[c]) * automaton_.classes_);
      automaton_.accepts_at_end_.push_back(from.matched || closure(from, kEnd));
    }
    return std::move(automaton_);
  }

 private:
  static constexpr int kEnd = -1;

  struct State {
    std::vector<std::uint32_t> pending;
    bool at_start = false;
    bool behind_word = false;
    bool matched = false;
    auto operator<=>(const State&) const = default;
  };

  void find_classes() {
    std::array<bool, 257> edge{};
    edge[0] = edge[0x80] = edge[0xC0] = true;
    for (const ByteInstruction& i : program_.code)
      if (i.kind == ByteInstruction::Kind::bytes && i.low <= i.high) edge[i.low] = edge[i.high + 1u] = true;
    for (unsigned byte = 1; program_.boundaries && byte < 256; ++byte)
      if (is_word(byte) != is_word(byte - 1)) edge[byte] = true;
    for (unsigned byte = 0; byte < 256; ++byte) {
      if (edge[byte]) representative_.push_back(byte);
      automaton_.class_of_[byte] = static_cast<std::uint8_t>(representative_.size() - 1);
    }
    automaton_.classes_ = static_cast<std::uint32_t>(representative_.size());
  }

  std::uint32_t intern(State state) {
    const auto [at, added] =
        numbers_.try_emplace(std::move(state), static_cast<std::uint32_t>(states_.size()));
    if (added) states_.push_back(&at->first);
    return at->second;
  }

  bool holds(ByteInstruction::Kind assertion, const State& state, int next) const {
    const bool boundary = state.behind_word != (next != kEnd && is_word(static_cast<unsigned>(next)));
    switch (assertion) {
      case ByteInstruction::Kind::start:
        return state.at_start;
      case ByteInstruction::Kind::end:
        return next == kEnd;
      case ByteInstruction::Kind::word_boundary:
        return boundary;
      default:
        return !boundary;
    }
  }

  // Follows everything that takes no byte, `next` being the byte to come; leaves what takes one in taking_. A
  // match may begin here unless that is within a character. Returns whether the expression has matched.
  bool closure(const State& state, int next) {
    taking_.clear();
    ++round_;
    stack_ = state.pending;
    if (next == kEnd || !is_continuation(static_cast<unsigned>(next))) stack_.push_back(program_.start);
    bool matched = false;
    while (!stack_.empty()) {
      const std::uint32_t at = stack_.back();
      stack_.pop_back();
      if (seen_[at] == round_) continue;
      seen_[at] = round_;
      ++work_;
      const ByteInstruction& i = program_.code[at];
      switch (i.kind) {
        case ByteInstruction::Kind::bytes:
          taking_.push_back(at);
          break;
        case ByteInstruction::Kind::match:
          matched = true;
          break;
        case ByteInstruction::Kind::split:
          stack_.push_back(i.other);
          stack_.push_back(i.next);
          break;
        default:
          if (holds(i.kind, state, next)) stack_.push_back(i.next);
          break;
      }
    }
    return matched;
  }

  std::uint32_t step(const State& from, unsigned byte) {
    if (from.matched || closure(from, static_cast<int>(byte))) return intern({{}, false, false, true});
    State to;
    for (const std::uint32_t at : taking_) {
      const ByteInstruction& i = program_.code[at];
      if (byte >= i.low && byte <= i.high) to.pending.push_back(i.next);
    }
    std::sort(to.pending.begin(), to.pending.end());
    to.pending.erase(std::unique(to.pending.begin(), to.pending.end()), to.pending.end());
    to.behind_word = program_.boundaries && is_word(byte);
    return intern(std::move(to));
  }

  const ByteProgram& program_;
  Automaton automaton_;
  std::vector<unsigned> representative_;  // a byte of each class
  std::map<State, std::uint32_t> numbers_;
  std::vector<const State*> states_;
  std::vector<std::uint32_t> stack_;
  std::vector<std::uint32_t> taking_;
  std::vector<std::uint32_t> seen_;
  std::uint32_t round_ = 0;
  std::size_t work_ = 0;
};

// States that no text tells apart become one: split by what they accept, then by where they lead, until
// nothing splits.
void Automaton::minimise() {
  const std::size_t count = states();
  std::vector<std::uint32_t> group(accepts_at_end_.begin(), accepts_at_end_.end());
  std::vector<std::uint32_t> row;
  for (std::size_t groups = 0;;) {
    std::map<std::vector<std::uint32_t>, std::uint32_t> found;
    std::vector<std::uint32_t> finer(count);
    for (std::size_t state = 0; state < count; ++state) {
      row.assign(1, group[state]);
      for (std::uint32_t c = 0; c < classes_; ++c)
        row.push_back(group[next_[state * classes_ + c] / classes_]);
      finer[state] = found.try_emplace(row, static_cast<std::uint32_t>(found.size())).first->second;
    }
    group = std::move(finer);
    if (found.size() == groups) break;
    groups = found.size();
  }
  const std::size_t groups = 1 + *std::max_element(group.begin(), group.end());
  std::vector<std::uint32_t> next(groups * classes_);
  std::vector<std::uint8_t> accepts(groups);
  for (std::size_t state = 0; state < count; ++state) {
    accepts[group[state]] = accepts_at_end_[state];
    for (std::uint32_t c = 0; c < classes_; ++c)
      next[group[state] * classes_ + c] = group[next_[state * classes_ + c] / classes_] * classes_;
  }
  start_ = group[start_];
  next_ = std::move(next);
  accepts_at_end_ = std::move(accepts);
}

std::optional<Automaton> Automaton::build(const Regex& regex) {
  const std::optional<ByteProgram> program = ByteProgram::build(regex);
  if (!program) return std::nullopt;
  std::optional<Automaton> automaton = SubsetBuilder(*program).build();
  if (!automaton) return std::nullopt;
  automaton->minimise();
  if (automaton->next_.size() > kMostEntries) return std::nullopt;
  automaton->pack();
  return automaton;
}

}  // namespace slipway::schema
