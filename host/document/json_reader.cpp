#include "document/json_reader.hpp"

#include <algorithm>
#include <new>

#include "base/utf8.hpp"
#include "document/builder.hpp"
#include "document/json_string.hpp"
#include "document/number.hpp"
#include "document/usual_number.hpp"

namespace slipway::document {
namespace {

Error malformed(std::size_t offset, const std::string& what) {
  return Error(Code::invalid_argument, "malformed JSON at byte " + std::to_string(offset) + ": " + what);
}

// Says it plainly when the text is in another encoding: the parser would only find an invalid value at byte
// 0.
const char* foreign_encoding(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) return "it starts with a byte order mark; send UTF-8 without one";
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
    return "it is UTF-16 or UTF-32; send UTF-8";
  if (text.size() >= 2 && (text[0] == '\0' || text[1] == '\0')) return "it is UTF-16 or UTF-32; send UTF-8";
  return nullptr;
}

// One text on its way into a builder. There is no recursion: what is open, the builder knows. The text is
// followed by zeros, which belong to no token: nothing is read past them.
class Parser {
 public:
  Parser(PaddedBuffer& text, Builder& builder, NumberArray& numbers)
      : begin_(text.data()),
        end_(text.data() + text.size()),
        at_(begin_),
        builder_(builder),
        numbers_(numbers) {}

  // False: see fault(), or the builder's error.
  bool parse();
  // What is wrong with the text; null when the builder has refused what it says.
  const char* fault() const { return fault_; }
  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }

 private:
  void skip_white_space() {
    while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
  }
  bool take(char c) {
    if (*at_ != c) return false;
    ++at_;
    return true;
  }
  bool refuse(const char* fault);
  bool value();
  bool begin_array();
  bool string();
  bool key();
  bool number();
  bool refuse_number();
  bool literal(std::string_view rest);
  bool close_or_go_on(bool& goes_on);

  char* const begin_;
  char* const end_;
  char* at_;
  Builder& builder_;
  NumberArray& numbers_;
  const char* fault_ = nullptr;
};

bool Parser::parse() {
  skip_white_space();
  if (at_ == end_) return refuse("the document is empty");
  // Each round takes a value, or an opening bracket, and then all that closes.
  for (bool goes_on = true; goes_on;)
    if (!value() || !close_or_go_on(goes_on)) return false;
  skip_white_space();
  return at_ == end_ || refuse("the document root must not be followed by other values");
}

// A control character is named whatever was expected in its place.
bool Parser::refuse(const char* fault) {
  fault_ = fault;
  if (at_ < end_ && static_cast<unsigned char>(*at_) < 0x20)
    fault_ = *at_ == 0 ? "a NUL character" : "a control character; in a string write it as an escape";
  return false;
}

// Up to where the next value begins. `goes_on`: false behind the last one.
bool Parser::close_or_go_on(bool& goes_on) {
  bool opened = builder_.depth() != 0 && builder_.in_empty_container();
  for (;; opened = false) {
    if (builder_.depth() == 0) return goes_on = false, true;
    skip_white_space();
    const bool object = builder_.in_object();
    if (take(object ? '}' : ']')) {
      if (!(object ? builder_.end_object() : builder_.end_array())) return false;
      continue;
    }
    if (!opened && !take(','))
      return refuse(object ? "missing a comma or '}' after an object member"
                           : "missing a comma or ']' after an array element");
    skip_white_space();
    return !object || key();
  }
}

bool Parser::value() {
  switch (*at_) {
    case '"':
      return string();
    case '{':
      ++at_;
      return builder_.begin_object();
    case '[':
      ++at_;
      return begin_array();
    case 't':
      return literal("rue") && builder_.boolean(true);
    case 'f':
      return literal("alse") && builder_.boolean(false);
    case 'n':
      return literal("ull") && builder_.null();
    default:
      return number();
  }
}

// When nothing but numbers follow they are all taken here, at many times the speed.
bool Parser::begin_array() {
  const char* at = at_;
  if (builder_.depth() >= builder_.limits().depth || !numbers_.scan(at)) return builder_.begin_array();
  at_ += at - at_ + 1;  // behind the bracket
  return numbers_.integers_only() ? builder_.int64s(numbers_.integers())
                                  : builder_.doubles(numbers_.doubles(), numbers_.written_as_integer());
}

bool Parser::literal(std::string_view rest) {
  ++at_;
  for (const char c : rest)
    if (!take(c)) return refuse("invalid value");
  return true;
}

bool Parser::string() {
  const JsonString read = read_string(at_ + 1);
  at_ += read.end - at_;
  if (read.fault != nullptr) return refuse(read.fault);
  return read.ascii ? builder_.utf8_string(read.text) : builder_.string(read.text);
}

bool Parser::key() {
  if (*at_ != '"') return refuse("missing a name for object member");
  const JsonString read = read_string(at_ + 1);
  at_ += read.end - at_;
  if (read.fault != nullptr) return refuse(read.fault);
  if (!(read.ascii ? builder_.utf8_key(read.text) : builder_.key(read.text))) return false;
  skip_white_space();
  if (!take(':')) return refuse("missing a colon after a name of object member");
  skip_white_space();
  return true;
}

bool Parser::number() {
  slw_value number;
  const char* at = at_;
  const Scan scanned = scan_usual_number(at, number) ? Scan::number : scan_number(at, number);
  if (scanned == Scan::not_a_number) return refuse_number();
  at_ += at - at_;
  if (scanned == Scan::too_large)
    return builder_.fail(Code::invalid_argument, "a number beyond the range of a double");
  return builder_.number(number);
}

// Goes to where the text leaves the grammar.
bool Parser::refuse_number() {
  if (*at_ == '-') ++at_;
  if (!is_digit(*at_)) return refuse("invalid value");
  while (is_digit(*at_)) ++at_;
  if (take('.') && !is_digit(*at_)) return refuse("miss fraction part in number");
  while (is_digit(*at_)) ++at_;
  ++at_;  // the letter of the exponent, which is what is left to be wrong
  if (*at_ == '+' || *at_ == '-') ++at_;
  return refuse("miss exponent in number");
}

}  // namespace

struct JsonReader::State {
  explicit State(const Limits& limits) : builder(limits) {}

  Status read(PaddedBuffer& text, Document& target);

  Builder builder;
  NumberArray numbers;
};

Status JsonReader::State::read(PaddedBuffer& text, Document& target) {
  if (text.empty()) return malformed(0, "the body is empty");
  if (const char* const why = foreign_encoding(text.view()); why != nullptr) return malformed(0, why);
  text.seal();
  builder.start(target);
  Parser parser(text, builder, numbers);
  if (parser.parse()) return builder.finish();
  target.clear();
  if (parser.fault() != nullptr) return malformed(parser.offset(), parser.fault());
  Error error = builder.take_error();
  error.message += ", at byte " + std::to_string(parser.offset());
  return error;
}

JsonReader::JsonReader(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
JsonReader::~JsonReader() = default;
JsonReader::JsonReader(JsonReader&&) noexcept = default;
JsonReader& JsonReader::operator=(JsonReader&&) noexcept = default;

Status JsonReader::read(PaddedBuffer& text, Document& target) {
  try {
    return state_->read(text, target);
  } catch (const std::bad_alloc&) {
    target.clear();
    return Error(Code::limit_exceeded,
                 "not enough memory for a document of " + std::to_string(text.size()) + " bytes");
  }
}

void JsonReader::shrink(std::size_t keep) {
  state_->builder.shrink(keep);
  state_->numbers.shrink(keep);
}

Status read_json(std::string_view text, Document& target, const Limits& limits) {
  PaddedBuffer copy(text);
  return JsonReader(limits).read(copy, target);
}

}  // namespace slipway::document
