// The inflater of request bodies: within its bounds whatever it is fed, and the same in whatever pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/gzip_decoder.hpp"

using namespace slipway;
using namespace slipway::http;

namespace {

std::string outcome(std::string_view bytes, std::size_t piece, const Limits& limits) {
  GzipDecoder decoder;
  PaddedBuffer body;
  auto progress = GzipDecoder::Progress::good;
  while (!bytes.empty() && progress == GzipDecoder::Progress::good) {
    progress = decoder.feed(bytes.substr(0, piece), limits, body);
    if (body.size() > limits.max_body_bytes + 1) std::abort();
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  if (progress == GzipDecoder::Progress::good)
    return (decoder.ended() ? "+" : "-") + std::string(body.view());
  return std::to_string(static_cast<int>(progress)) + decoder.wrong();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 64;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Limits limits;
  limits.max_body_bytes = 8 * 1024 * 1024;
  outcome(bytes, bytes.size(), limits);
  limits.max_gzip_ratio = 100'000;  // where in a piece the ratio is passed depends on the piece
  if (outcome(bytes, piece, limits) != outcome(bytes, bytes.size() + 1, limits)) std::abort();
  return 0;
}
