// A body with Content-Encoding: gzip, inflated as it comes. Bounded by the size of what comes out, and by how
// many times larger that is than what came in: a few kilobytes must not cost as much as a large body does.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/padded_buffer.hpp"
#include "http/limits.hpp"

namespace slipway::http {

class GzipDecoder {
 public:
  enum class Progress { good, malformed, body_too_large, bomb };

  // May throw std::bad_alloc, as feed() may.
  GzipDecoder();
  ~GzipDecoder();

  // Appends to `body` what the next bytes of the gzip stream hold. Exactly one member: what follows it is
  // malformed.
  Progress feed(std::string_view bytes, const Limits& limits, PaddedBuffer& body);

  bool ended() const { return ended_; }
  const char* wrong() const { return wrong_; }  // what is malformed

 private:
  struct Stream;

  Progress malformed(const char* wrong);

  std::unique_ptr<Stream> stream_;
  std::size_t received_ = 0;
  bool ended_ = false;
  const char* wrong_ = "";
};

}  // namespace slipway::http
