#include "http/gzip_decoder.hpp"

#define ZLIB_CONST  // input is const
#include <zlib.h>

#include <algorithm>
#include <new>

namespace slipway::http {
namespace {

constexpr int kGzipOnly = 15 + 16;                 // the largest window; zlib's own format is refused
constexpr std::size_t kStep = 64 * 1024;           // of output
constexpr std::size_t kFreeOfRatio = 1024 * 1024;  // small bodies may well be mostly zeros
constexpr const char* kTrailing = "something follows the end of the gzip data";

}  // namespace

struct GzipDecoder::Stream {
  Stream() {
    if (::inflateInit2(&z, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Stream() { ::inflateEnd(&z); }
  Stream(const Stream&) = delete;

  z_stream z{};
};

GzipDecoder::GzipDecoder() : stream_(std::make_unique<Stream>()) {}
GzipDecoder::~GzipDecoder() = default;

GzipDecoder::Progress GzipDecoder::feed(std::string_view bytes, const Limits& limits, PaddedBuffer& body) {
  if (ended_) return bytes.empty() ? Progress::good : malformed(kTrailing);
  // Deflate has blocks that hold nothing: what comes in is bounded as well.
  received_ += bytes.size();
  if (received_ > limits.max_body_bytes) return Progress::body_too_large;
  z_stream& z = stream_->z;
  z.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  z.avail_in = static_cast<uInt>(bytes.size());
  int result = Z_OK;
  while (result == Z_OK) {
    const std::size_t step = std::min(kStep, limits.max_body_bytes - body.size() + 1);
    z.next_out = reinterpret_cast<Bytef*>(body.room(step));
    z.avail_out = static_cast<uInt>(step);
    result = ::inflate(&z, Z_NO_FLUSH);
    body.added(step - z.avail_out);
    if (body.size() > limits.max_body_bytes) return Progress::body_too_large;
    if (body.size() > kFreeOfRatio && body.size() / limits.max_gzip_ratio > received_) return Progress::bomb;
    if (z.avail_in == 0 && z.avail_out != 0) break;
  }
  ended_ = result == Z_STREAM_END;
  if (ended_) return z.avail_in == 0 ? Progress::good : malformed(kTrailing);
  if (result == Z_MEM_ERROR) throw std::bad_alloc();
  if (result == Z_OK || result == Z_BUF_ERROR) return Progress::good;  // the rest is yet to come
  return malformed(z.msg != nullptr ? z.msg : "it is not gzip");
}

GzipDecoder::Progress GzipDecoder::malformed(const char* wrong) {
  wrong_ = wrong;
  return Progress::malformed;
}

}  // namespace slipway::http
