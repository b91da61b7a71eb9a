// The request parser, as a session feeds it: whatever the pieces that bytes come in, the same requests must
// come out.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/request_parser.hpp"

using namespace slipway::http;

namespace {

// Everything the parser says about a connection's bytes.
std::string transcript(std::string_view bytes, std::size_t piece, const Limits& limits) {
  Request request;
  RequestParser parser(limits, request);
  std::string log, left;
  while (true) {
    std::string_view input = left;
    const auto progress = parser.feed(input);
    if (input.size() > left.size()) std::abort();
    left.erase(0, left.size() - input.size());
    if (progress == RequestParser::Progress::refused)
      return log + "refused " + std::to_string(parser.refusal().status) + parser.refusal().detail;
    if (progress == RequestParser::Progress::have_head) continue;
    if (progress == RequestParser::Progress::complete) {
      log.append(request.method_text())
          .append(request.path())
          .append(request.query())
          .append(request.request_id());
      for (const Field& field : request.headers()) log.append(field.name).append(field.value);
      log.append(request.body().view()).append(parser.keep_alive() ? "+" : "-");
      parser.reset();
      if (!left.empty()) continue;
    }
    if (bytes.empty()) return log + "open";
    left += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Limits limits;
  limits.max_header_bytes = 1024;
  limits.max_target_bytes = 256;
  limits.max_headers = 16;
  limits.max_body_bytes = 4096;
  const std::string whole = transcript(bytes, bytes.size() + 1, limits);
  if (transcript(bytes, piece, limits) != whole) std::abort();
  return 0;
}
