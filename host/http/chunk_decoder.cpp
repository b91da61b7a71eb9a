#include "http/chunk_decoder.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kMaxSizeLine = 4 * 1024;
// Bytes of size lines beyond what chunks of a decent size need: a flood of extensions must not be endless
// because the data among them is little.
constexpr std::size_t kMaxOverhead = 16 * 1024;
constexpr std::size_t kFreeOverhead = 16;  // a chunk
constexpr std::size_t kMaxDigits = 15;     // more bytes than any limit allows, and no overflow

bool has_control_byte(std::string_view line) {
  return std::any_of(line.begin(), line.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

std::string_view without_leading_space(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

// What may stand behind a chunk's size: nothing, or ";name..." in visible text.
bool is_extension(std::string_view text) {
  if (text.empty()) return true;
  text = without_leading_space(text);
  if (text.empty() || text[0] != ';' || has_control_byte(text)) return false;
  const std::string_view name = without_leading_space(text.substr(1));
  return !name.empty() && is_token_character(name[0]);
}

bool is_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == std::string_view::npos || has_control_byte(line)) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon), is_token_character);
}

}  // namespace

ChunkDecoder::Progress ChunkDecoder::feed(std::string_view& input, const Limits& limits, PaddedBuffer& body) {
  while (true) {
    if (stage_ == Stage::data) {
      const std::size_t taken = std::min(left_, input.size());
      body.append(input.substr(0, taken));
      input.remove_prefix(taken);
      left_ -= taken;
      if (left_ != 0) return Progress::need_more;
      stage_ = Stage::data_end;
    }
    if (stage_ == Stage::data_end) {
      if (input.size() < 2) return Progress::need_more;
      if (!input.starts_with("\r\n")) return malformed("a chunk is longer than its size says");
      input.remove_prefix(2);
      stage_ = Stage::size;
    }
    const std::size_t allowed = stage_ == Stage::size ? kMaxSizeLine : limits.max_header_bytes - trailers_;
    const std::size_t end = input.find('\n');
    if (std::min(end, input.size()) > allowed) return Progress::line_too_long;
    if (end == std::string_view::npos) return Progress::need_more;
    if (end == 0 || input[end - 1] != '\r')
      return malformed("a line ends in a line feed without a carriage return");
    const std::string_view line = input.substr(0, end - 1);
    const Progress progress =
        stage_ == Stage::size ? feed_size(line, limits, body.size()) : feed_trailer(line, limits);
    if (progress != Progress::need_more && progress != Progress::complete) return progress;
    input.remove_prefix(end + 1);
    if (progress == Progress::complete) return progress;
  }
}

ChunkDecoder::Progress ChunkDecoder::feed_size(std::string_view line, const Limits& limits,
                                               std::size_t so_far) {
  std::size_t size = 0;
  std::size_t digits = 0;
  for (; digits < line.size(); ++digits) {
    const int digit = hex_digit(line[digits]);
    if (digit < 0) break;
    if (digits == kMaxDigits) return Progress::body_too_large;
    size = size * 16 + static_cast<std::size_t>(digit);
  }
  if (digits == 0) return malformed("a chunk does not begin with its size in hexadecimal");
  if (!is_extension(line.substr(digits)))
    return malformed("a chunk's size is followed by what is no extension");
  if (size > limits.max_body_bytes - std::min(so_far, limits.max_body_bytes)) return Progress::body_too_large;
  overhead_ += line.size();
  overhead_ -= std::min(overhead_, kFreeOverhead + size);
  if (overhead_ > kMaxOverhead) return Progress::line_too_long;
  left_ = size;
  stage_ = size == 0 ? Stage::trailers : Stage::data;
  return Progress::need_more;
}

ChunkDecoder::Progress ChunkDecoder::feed_trailer(std::string_view line, const Limits& limits) {
  if (line.empty()) return Progress::complete;
  if (!is_field(line)) return malformed("a trailer is no header field");
  trailers_ = std::min(trailers_ + line.size() + 2, limits.max_header_bytes);
  return Progress::need_more;
}

ChunkDecoder::Progress ChunkDecoder::malformed(const char* wrong) {
  wrong_ = wrong;
  return Progress::malformed;
}

}  // namespace slipway::http
