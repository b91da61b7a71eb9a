#include "document/json_reader.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <cctype>
#include <new>

#include "base/utf8.hpp"
#include "document/builder.hpp"
#include "document/number.hpp"

namespace slipway::document {
namespace {

using Stream = rapidjson::InsituStringStream;

// Strings are decoded in place, so that RapidJSON copies nothing; numbers are left to scan_number, because
// RapidJSON's own conversion is an ulp off now and then. UTF-8 is checked by the builder on the *decoded*
// text, which also finds the lone surrogates that RapidJSON lets through.
constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;

// RapidJSON's events to the builder's. Its recursion is as deep as the builder lets arrays and objects be.
class Handler {
 public:
  using Ch = char;

  Handler(Builder& builder, NumberArray& numbers, Stream& stream)
      : builder_(builder), numbers_(numbers), stream_(stream) {}

  bool Null() { return builder_.null(); }
  bool Bool(bool value) { return builder_.boolean(value); }
  bool String(const char* text, rapidjson::SizeType size, bool) { return builder_.string({text, size}); }
  bool Key(const char* text, rapidjson::SizeType size, bool) { return builder_.key({text, size}); }
  bool StartObject() { return builder_.begin_object(); }
  bool EndObject(rapidjson::SizeType) { return builder_.end_object(); }

  bool RawNumber(const char* text, rapidjson::SizeType, bool) {
    slw_value number;
    switch (scan_number(text, number)) {
      case Scan::number:
        return builder_.number(number);
      case Scan::too_large:
        return refuse_large_number();
      case Scan::not_a_number:
        break;
    }
    return builder_.fail(Code::invalid_argument, "a malformed number");
  }

  // RapidJSON looks at large exponents itself before it hands the text over.
  bool refuse_large_number() {
    return builder_.fail(Code::invalid_argument, "a number beyond the range of a double");
  }

  // RapidJSON has taken the bracket. When nothing but numbers follow they are all taken here, at many times
  // the speed, and RapidJSON finds an array that ends at once.
  bool StartArray() {
    const char* at = stream_.src_;
    if (builder_.depth() >= builder_.limits().depth || !numbers_.scan(at)) return builder_.begin_array();
    stream_.src_ += at - stream_.src_;
    whole_array_ = true;
    return numbers_.integers_only() ? builder_.int64s(numbers_.integers())
                                    : builder_.doubles(numbers_.doubles(), numbers_.written_as_integer());
  }
  bool EndArray(rapidjson::SizeType) {
    if (!whole_array_) return builder_.end_array();
    whole_array_ = false;
    return true;
  }

  // Never called with kParseNumbersAsStringsFlag; RapidJSON's templates want them to exist.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  Builder& builder_;
  NumberArray& numbers_;
  Stream& stream_;
  bool whole_array_ = false;
};

Error malformed(std::size_t offset, std::string what) {
  return Error(Code::invalid_argument,
               "malformed JSON at byte " + std::to_string(offset) + ": " + std::move(what));
}

// RapidJSON's words as the end of our sentence.
std::string describe(rapidjson::ParseErrorCode code) {
  std::string words = rapidjson::GetParseError_En(code);
  if (!words.empty() && words.back() == '.') words.pop_back();
  if (!words.empty())
    words.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(words.front())));
  return words;
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

}  // namespace

struct JsonReader::State {
  explicit State(const Limits& limits) : builder(limits) {}

  Status read(PaddedBuffer& text, Document& target);

  Builder builder;
  NumberArray numbers;
  rapidjson::Reader reader;
};

Status JsonReader::State::read(PaddedBuffer& text, Document& target) {
  if (text.empty()) return malformed(0, "the body is empty");
  if (const char* const why = foreign_encoding(text.view()); why != nullptr) return malformed(0, why);
  text.seal();
  builder.start(target);
  Stream stream(text.data());
  Handler handler(builder, numbers, stream);
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (result.Code() == rapidjson::kParseErrorNumberTooBig) handler.refuse_large_number();
  if (builder.failed()) {
    Error error = builder.take_error();
    error.message += ", at byte " + std::to_string(result.Offset());
    return error;
  }
  if (result.IsError()) return malformed(result.Offset(), describe(result.Code()));
  // RapidJSON takes a NUL for the end of the text.
  if (stream.Tell() != text.size()) return malformed(stream.Tell(), "a NUL character");
  return builder.finish();
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
