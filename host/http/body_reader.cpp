#include "http/body_reader.hpp"

#include <algorithm>
#include <string>

#include "http/gzip_decoder.hpp"

namespace slipway::http {
namespace {

std::string too_large(const Limits& limits) {
  return "the body has more than " + std::to_string(limits.max_body_bytes) + " bytes";
}

}  // namespace

BodyReader::BodyReader() = default;
BodyReader::~BodyReader() = default;

void BodyReader::begin_sized(std::size_t bytes) {
  chunked_ = false;
  left_ = bytes;
  gzip_.reset();
}

void BodyReader::begin_chunked() {
  chunked_ = true;
  chunks_.reset();
  gzip_.reset();
}

void BodyReader::expect_gzip() {
  gzip_ = std::make_unique<GzipDecoder>();
}

BodyReader::Progress BodyReader::feed(std::string_view& input, const Limits& limits, PaddedBuffer& body) {
  return chunked_ ? feed_chunked(input, limits, body) : feed_sized(input, limits, body);
}

BodyReader::Progress BodyReader::feed_sized(std::string_view& input, const Limits& limits,
                                            PaddedBuffer& body) {
  const std::string_view taken = input.substr(0, left_);
  input.remove_prefix(taken.size());
  left_ -= taken.size();
  if (gzip_ == nullptr)
    body.append(taken);
  else if (!inflate(taken, limits, body))
    return Progress::refused;
  return left_ == 0 ? complete() : Progress::need_more;
}

BodyReader::Progress BodyReader::feed_chunked(std::string_view& input, const Limits& limits,
                                              PaddedBuffer& body) {
  const ChunkDecoder::Progress progress = chunks_.feed(input, limits, gzip_ == nullptr ? body : joined_);
  if (gzip_ != nullptr) {
    const bool good = inflate(joined_.view(), limits, body);
    joined_.clear();
    if (!good) return Progress::refused;
  }
  switch (progress) {
    case ChunkDecoder::Progress::need_more:
      return Progress::need_more;
    case ChunkDecoder::Progress::complete:
      return complete();
    case ChunkDecoder::Progress::malformed:
      return refuse(400, std::string("malformed chunked body: ") + chunks_.wrong());
    case ChunkDecoder::Progress::line_too_long:
      return refuse(431, "a chunk's extensions or the trailers are too long");
    case ChunkDecoder::Progress::body_too_large:
      break;
  }
  return refuse(413, too_large(limits));
}

// False: it is refused.
bool BodyReader::inflate(std::string_view bytes, const Limits& limits, PaddedBuffer& body) {
  switch (gzip_->feed(bytes, limits, body)) {
    case GzipDecoder::Progress::good:
      return true;
    case GzipDecoder::Progress::malformed:
      refuse(400, std::string("malformed gzip body: ") + gzip_->wrong());
      return false;
    case GzipDecoder::Progress::body_too_large:
      refuse(413, too_large(limits) + " when it is inflated, or before");
      return false;
    case GzipDecoder::Progress::bomb:
      break;
  }
  refuse(413, "the gzip body inflates to more than " + std::to_string(limits.max_gzip_ratio) +
                  " times its size; send it uncompressed if it is meant so");
  return false;
}

BodyReader::Progress BodyReader::complete() {
  const bool whole = gzip_ == nullptr || gzip_->ended();
  gzip_.reset();
  joined_.shrink(0);
  return whole ? Progress::complete : refuse(400, "malformed gzip body: it ends before the gzip data does");
}

BodyReader::Progress BodyReader::refuse(int status, std::string detail) {
  refusal_ = {status, std::move(detail)};
  return Progress::refused;
}

}  // namespace slipway::http
