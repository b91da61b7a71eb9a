// The chunked transfer coding: joins a request's chunks. Chunk extensions are checked and dropped, and so are
// trailers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/padded_buffer.hpp"
#include "http/limits.hpp"

namespace slipway::http {

class ChunkDecoder {
 public:
  enum class Progress { need_more, complete, malformed, body_too_large, line_too_long };

  void reset() { *this = {}; }

  // Takes what it can from the front of `input`; bytes that it leaves there come first in the next call's
  // input. The outcome does not depend on the pieces that the bytes come in. May throw std::bad_alloc.
  Progress feed(std::string_view& input, const Limits& limits, PaddedBuffer& body);

  const char* wrong() const { return wrong_; }  // what is malformed

 private:
  enum class Stage : std::uint8_t { size, data, data_end, trailers };

  Progress feed_size(std::string_view line, const Limits& limits, std::size_t so_far);
  Progress feed_trailer(std::string_view line, const Limits& limits);
  Progress malformed(const char* wrong);

  Stage stage_ = Stage::size;
  std::size_t left_ = 0;      // of the current chunk
  std::size_t overhead_ = 0;  // size lines longer than they need be
  std::size_t trailers_ = 0;  // bytes of trailers so far
  const char* wrong_ = "";
};

}  // namespace slipway::http
