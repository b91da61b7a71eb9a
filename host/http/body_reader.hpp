// A request's body: of a size that is known or in chunks, plain or in gzip.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/padded_buffer.hpp"
#include "http/chunk_decoder.hpp"
#include "http/limits.hpp"
#include "http/refusal.hpp"

namespace slipway::http {

class GzipDecoder;

class BodyReader {
 public:
  enum class Progress { need_more, complete, refused };

  BodyReader();
  ~BodyReader();

  void begin_sized(std::size_t bytes);
  void begin_chunked();
  void expect_gzip();  // after one of the two; may throw std::bad_alloc, as feed() may

  // Takes what it can from the front of `input`; bytes that it leaves there come first in the next call's.
  Progress feed(std::string_view& input, const Limits& limits, PaddedBuffer& body);

  Refusal& refusal() { return refusal_; }

 private:
  Progress feed_sized(std::string_view& input, const Limits& limits, PaddedBuffer& body);
  Progress feed_chunked(std::string_view& input, const Limits& limits, PaddedBuffer& body);
  bool inflate(std::string_view bytes, const Limits& limits, PaddedBuffer& body);
  Progress complete();
  Progress refuse(int status, std::string detail);

  ChunkDecoder chunks_;
  std::unique_ptr<GzipDecoder> gzip_;  // while a body in gzip is read
  PaddedBuffer joined_;                // of its chunks, before they are inflated
  std::size_t left_ = 0;
  bool chunked_ = false;
  Refusal refusal_;
};

}  // namespace slipway::http
