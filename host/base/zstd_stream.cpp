#include "base/zstd_stream.hpp"

#include <zstd.h>

#include <new>

namespace slipway {
namespace {

constexpr int kLevel = 10;      // beyond it plugins and weights take long and become little smaller
constexpr int kWindowLog = 23;  // 8 MiB
static_assert(ZstdReader::kMostWindowBytes == std::size_t{1} << kWindowLog);
constexpr std::size_t kPieceBytes = std::size_t{1} << 17;

Error damaged(const char* what) {
  return {Code::invalid_argument, std::string("the zstd data are damaged: ") + what};
}

}  // namespace

void ZstdWriter::Free::operator()(ZSTD_CCtx_s* context) const {
  ZSTD_freeCCtx(context);
}

ZstdWriter::ZstdWriter(Sink sink) : sink_(std::move(sink)), context_(ZSTD_createCCtx()), out_(kPieceBytes) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_windowLog, kWindowLog);
}

Status ZstdWriter::write(std::string_view bytes) {
  return compress(bytes, false);
}

Status ZstdWriter::finish() {
  return compress({}, true);
}

Status ZstdWriter::compress(std::string_view bytes, bool end) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (std::size_t left = 1; end ? left != 0 : in.pos < in.size;) {
    ZSTD_outBuffer out{out_.data(), out_.size(), 0};
    left = ZSTD_compressStream2(context_.get(), &out, &in, end ? ZSTD_e_end : ZSTD_e_continue);
    if (ZSTD_isError(left) != 0)
      return Error(Code::internal, std::string("cannot compress: ") + ZSTD_getErrorName(left));
    if (out.pos == 0) continue;
    if (Status taken = sink_({out_.data(), out.pos}); !taken) return taken;
  }
  return {};
}

void ZstdReader::Free::operator()(ZSTD_DCtx_s* context) const {
  ZSTD_freeDCtx(context);
}

ZstdReader::ZstdReader(InputStream& compressed)
    : compressed_(compressed), context_(ZSTD_createDCtx()), in_(kPieceBytes) {
  if (context_ == nullptr) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLog);
}

Result<bool> ZstdReader::refill() {
  Result<std::size_t> got = compressed_.read(in_);
  if (!got) return std::move(got).error();
  begin_ = 0;
  end_ = *got;
  return *got != 0;
}

Status ZstdReader::check_nothing_follows() {
  if (begin_ == end_) {
    const Result<bool> more = refill();
    if (!more) return more.error();
    if (!*more) return {};
  }
  return damaged("there are bytes behind their end");
}

Result<std::size_t> ZstdReader::read(std::span<char> into) {
  ZSTD_outBuffer out{into.data(), into.size(), 0};
  while (out.pos == 0 && !ended_) {
    ZSTD_inBuffer in{in_.data(), end_, begin_};
    const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return damaged(ZSTD_getErrorName(left));
    begin_ = in.pos;
    if (left == 0) {
      ended_ = true;
      if (const Status clean = check_nothing_follows(); !clean) return clean.error();
    } else if (out.pos == 0 && begin_ == end_) {
      const Result<bool> more = refill();
      if (!more) return more.error();
      if (!*more) return damaged("they are cut short");
    }
  }
  return out.pos;
}

}  // namespace slipway
