// ECMA-262's notation into a tree. What RE2 could not honour is refused by name.
#include <algorithm>

#include "schema/regex.hpp"

namespace slipway::schema {
namespace {

using Kind = RegexNode::Kind;

constexpr unsigned kMostGroups = 200;         // inside each other
constexpr std::uint32_t kMostRepeats = 1000;  // RE2's own bound
constexpr std::uint32_t kNoCharacter = 0xFFFFFFFF;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
 public:
  explicit Parser(std::string_view pattern) : text_(pattern) {}

  Result<Regex> parse() {
    const std::uint32_t root = choice();
    if (error_.empty() && at_ < text_.size()) fail("`)` without its `(`");
    if (!error_.empty()) return Error(Code::unsupported, error_);
    regex_.root = root;
    return std::move(regex_);
  }

 private:
  bool failed() const { return !error_.empty(); }
  bool more() const { return !failed() && at_ < text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void fail(const std::string& what) { fail(what, at_); }
  void fail(const std::string& what, std::size_t where) {
    if (failed()) return;
    const auto continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    const auto before = text_.substr(0, where);
    const auto characters =
        before.size() - static_cast<std::size_t>(std::count_if(before.begin(), before.end(), continuation));
    error_ = what + " at character " + std::to_string(characters + 1);
  }

  std::uint32_t node(Kind kind, std::vector<std::uint32_t> children = {}) {
    RegexNode made;
    made.kind = kind;
    made.children = std::move(children);
    regex_.nodes.push_back(std::move(made));
    return static_cast<std::uint32_t>(regex_.nodes.size() - 1);
  }
  std::uint32_t set_node(CharacterSet set) {
    const std::uint32_t made = node(Kind::set);
    regex_.nodes[made].set = static_cast<std::uint32_t>(regex_.sets.size());
    regex_.sets.push_back(std::move(set));
    return made;
  }
  std::uint32_t character_node(std::uint32_t character) {
    CharacterSet set;
    set.add(character, character);
    return set_node(std::move(set));
  }

  std::uint32_t choice() {
    std::vector<std::uint32_t> branches{sequence()};
    while (!failed() && take('|')) branches.push_back(sequence());
    return branches.size() == 1 ? branches[0] : node(Kind::choice, std::move(branches));
  }

  std::uint32_t sequence() {
    std::vector<std::uint32_t> terms;
    while (more() && peek() != '|' && peek() != ')') {
      const std::size_t start = at_;
      const std::uint32_t atom = term();
      if (!failed()) terms.push_back(quantified(atom, start));
    }
    if (terms.empty()) return node(Kind::empty);
    return terms.size() == 1 ? terms[0] : node(Kind::sequence, std::move(terms));
  }

  std::uint32_t term() {
    if (take('^')) return node(Kind::start);
    if (take('$')) return node(Kind::end);
    if (take('.')) return set_node(any_but_line_ends());
    if (peek() == '(') return group();
    if (take('[')) return set_node(bracketed());
    if (peek() == '\\') return escape();
    if (at_quantifier()) {
      fail(std::string("`") + peek() + "` has nothing to repeat: it stands");
      return 0;
    }
    return character_node(character());
  }

  std::uint32_t group() {
    const std::size_t start = at_++;
    if (take('?')) {
      if (take('=') || take('!')) {
        fail("look-ahead (?" + std::string(1, text_[at_ - 1]) + "...) is not supported: it stands", start);
      } else if (take("<=") || take("<!")) {
        fail("look-behind (?<" + std::string(1, text_[at_ - 1]) + "...) is not supported: it stands", start);
      } else if (take('<')) {
        while (more() && peek() != '>') ++at_;
        if (!take('>')) fail("a group's name has no end", start);
      } else if (!take(':')) {
        const bool printable = peek() > ' ' && peek() <= '~';
        fail("a group that begins with `(?" + std::string(printable ? 1 : 0, peek()) +
                 "` is not part of ECMA-262: it stands",
             start);
      }
    }
    if (++groups_ > kMostGroups)
      fail("more than " + std::to_string(kMostGroups) + " groups inside each other", start);
    if (failed()) return 0;
    const std::uint32_t inner = choice();
    --groups_;
    if (!failed() && !take(')')) fail("`(` without its `)`", start);
    return inner;
  }

  bool number(std::uint32_t& value) {
    if (!is_digit(peek())) return false;
    std::uint64_t read = 0;
    for (; is_digit(peek()); ++at_)
      read = std::min<std::uint64_t>(read * 10 + static_cast<unsigned>(peek() - '0'), 1'000'000);
    value = static_cast<std::uint32_t>(read);
    return true;
  }

  // "{2}", "{2,}" or "{2,5}"; a brace that begins none of them stands for itself.
  bool braces(std::uint32_t& least, std::uint32_t& most) {
    const std::size_t start = at_;
    if (take('{') && number(least)) {
      most = least;
      if (take(',') && !number(most)) most = RegexNode::kUnbounded;
      if (take('}')) return true;
    }
    at_ = start;
    return false;
  }

  bool at_quantifier() {
    std::uint32_t ignored = 0;
    const std::size_t start = at_;
    const bool found = peek() == '*' || peek() == '+' || peek() == '?' || braces(ignored, ignored);
    at_ = start;
    return found;
  }

  std::uint32_t quantified(std::uint32_t atom, std::size_t start) {
    std::uint32_t least = 0;
    std::uint32_t most = RegexNode::kUnbounded;
    if (take('?')) {
      most = 1;
    } else if (take('+')) {
      least = 1;
    } else if (!take('*') && !braces(least, most)) {
      return atom;
    }
    take('?');  // a lazy quantifier matches the same texts
    if (least > most) fail("a quantifier with its bounds the wrong way round stands", start);
    if (least > kMostRepeats || (most > kMostRepeats && most != RegexNode::kUnbounded))
      fail("a quantifier beyond " + std::to_string(kMostRepeats) + " repetitions stands", start);
    if (at_quantifier()) fail("a quantifier of a quantifier stands", start);
    const std::uint32_t made = node(Kind::repeat, {atom});
    regex_.nodes[made].least = least;
    regex_.nodes[made].most = most;
    return made;
  }

  std::uint32_t escape() {
    const std::size_t start = at_++;
    const char c = peek();
    if (take('b')) return node(Kind::word_boundary);
    if (take('B')) return node(Kind::no_word_boundary);
    if (c >= '1' && c <= '9') {
      fail("the back-reference \\" + std::string(1, c) + " is not supported: it stands", start);
      return 0;
    }
    if (c == 'k') {
      fail("the back-reference \\k is not supported: it stands", start);
      return 0;
    }
    CharacterSet set;
    if (class_escape(set, start)) return set_node(std::move(set));
    return character_node(character_escape(start));
  }

  // \d \D \w \W \s \S \p{...} \P{...}, behind the backslash.
  bool class_escape(CharacterSet& set, std::size_t start) {
    const char c = peek();
    switch (c) {
      case 'd':
      case 'D':
        set = digits();
        break;
      case 'w':
      case 'W':
        set = word();
        break;
      case 's':
      case 'S':
        set = white_space();
        break;
      case 'p':
      case 'P':
        return property_escape(set, start);
      default:
        return false;
    }
    ++at_;
    if (c == 'D' || c == 'W' || c == 'S') set.negate();
    return true;
  }

  bool property_escape(CharacterSet& set, std::size_t start) {
    const bool negated = text_[at_++] == 'P';
    const std::size_t open = at_;
    const std::size_t close = text_.find('}', open);
    std::string notation;
    if (take('{') && close != std::string_view::npos)
      notation = re2_property(text_.substr(open + 1, close - open - 1), negated);
    if (notation.empty()) {
      fail("a Unicode property that is neither a general category nor a script stands", start);
      return true;
    }
    at_ = close + 1;
    set.add_property(std::move(notation));
    return true;
  }

  bool hexadecimal(unsigned digits, std::uint32_t& value) {
    value = 0;
    if (at_ + digits > text_.size()) return false;
    for (unsigned i = 0; i < digits; ++i) {
      const char c = text_[at_ + i];
      const int digit =
          is_digit(c) ? c - '0'
                      : (c >= 'a' && c <= 'f' ? c - 'a' + 10 : (c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1));
      if (digit < 0) return false;
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    at_ += digits;
    return true;
  }

  // \uXXXX, a pair of them for what lies beyond U+FFFF, or \u{X...}; behind the u.
  std::uint32_t unicode_escape(std::size_t start) {
    std::uint32_t value = 0;
    if (take('{')) {
      const std::size_t close = text_.find('}', at_);
      const bool good = close != std::string_view::npos && close > at_ && close - at_ <= 6 &&
                        hexadecimal(static_cast<unsigned>(close - at_), value) &&
                        value <= CharacterSet::kLast;
      if (!good) fail("\\u{ without a character's number stands", start);
      ++at_;
      return value;
    }
    if (!hexadecimal(4, value)) fail("\\u without four hexadecimal digits stands", start);
    const std::size_t second = at_;
    std::uint32_t low = 0;
    if (value >= 0xD800 && value < 0xDC00 && take("\\u")) {
      if (hexadecimal(4, low) && low >= 0xDC00 && low < 0xE000)
        return 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
      at_ = second;
    }
    return value;
  }

  // Behind the backslash.
  std::uint32_t character_escape(std::size_t start) {
    if (at_ >= text_.size()) {
      fail("a backslash with nothing behind it stands", start);
      return kNoCharacter;
    }
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) >= 0x80) return character();
    ++at_;
    std::uint32_t value = 0;
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'v':
        return '\v';
      case 'f':
        return '\f';
      case 'r':
        return '\r';
      case 'u':
        return unicode_escape(start);
      case '0':
        if (is_digit(peek())) fail("an octal escape is not part of ECMA-262: it stands", start);
        return 0;
      case 'x':
        if (!hexadecimal(2, value)) fail("\\x without two hexadecimal digits stands", start);
        return value;
      case 'c':
        if (!is_letter(peek())) fail("\\c without a letter stands", start);
        return static_cast<std::uint32_t>(text_[std::min(at_++, text_.size() - 1)]) & 0x1F;
      default:
        break;
    }
    if (is_letter(c) || is_digit(c))
      fail("the escape \\" + std::string(1, c) + " is not part of ECMA-262: it stands", start);
    return static_cast<unsigned char>(c);
  }

  // One UTF-8 character; the pattern is valid UTF-8.
  std::uint32_t character() {
    const auto lead = static_cast<unsigned char>(text_[at_++]);
    if (lead < 0x80) return lead;
    const unsigned more_bytes = lead >= 0xF0 ? 3 : (lead >= 0xE0 ? 2 : 1);
    std::uint32_t value = lead & (0x3Fu >> more_bytes);
    for (unsigned i = 0; i < more_bytes && at_ < text_.size(); ++i)
      value = value << 6 | (static_cast<unsigned char>(text_[at_++]) & 0x3F);
    return value;
  }

  // One member of a class: a character, or (then kNoCharacter is returned) a set that was added to `set`.
  std::uint32_t class_member(CharacterSet& set) {
    const std::size_t start = at_;
    if (!take('\\')) return character();
    if (take('b')) return '\b';
    CharacterSet escaped;
    if (!class_escape(escaped, start)) return character_escape(start);
    set.add(escaped);
    return kNoCharacter;
  }

  // Behind the bracket.
  CharacterSet bracketed() {
    const std::size_t start = at_ - 1;
    CharacterSet set;
    const bool negated = take('^');
    while (more() && peek() != ']') {
      const std::size_t from = at_;
      const std::uint32_t low = class_member(set);
      if (failed()) return set;
      if (peek() != '-' || peek(1) == ']' || at_ + 1 >= text_.size()) {
        if (low != kNoCharacter) set.add(low, low);
        continue;
      }
      ++at_;
      const std::uint32_t high = class_member(set);
      if (failed()) return set;
      if (low == kNoCharacter || high == kNoCharacter) {  // [\d-x]: the hyphen stands for itself
        set.add('-', '-');
        if (low != kNoCharacter) set.add(low, low);
        if (high != kNoCharacter) set.add(high, high);
      } else if (low > high) {
        fail("a range with its ends the wrong way round stands", from);
      } else {
        set.add(low, high);
      }
    }
    if (!take(']')) fail("`[` without its `]`", start);
    if (negated) set.negate_lazily();
    return set;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  unsigned groups_ = 0;
  std::string error_;
  Regex regex_;
};

}  // namespace

Result<Regex> parse_regex(std::string_view pattern) {
  return Parser(pattern).parse();
}

}  // namespace slipway::schema
