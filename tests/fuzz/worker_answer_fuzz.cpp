// What a worker answers to a call: any packet, and any bytes in the memory that it shares, are an answer or
// a reason to end it; a response that is taken can be read.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "worker/call_client.hpp"

namespace {

using namespace slipway;
using namespace slipway::worker;

// The areas that the client has handed over; the worker's end of the socket keeps nothing else.
std::optional<SharedArea> response_area(const PacketSocket& socket) {
  std::optional<SharedArea> area;
  for (int packets = 0; packets < 2; ++packets) {
    std::array<std::byte, sizeof(CallPacket)> buffer{};
    UniqueFd file;
    if (!socket.receive(buffer, file)) std::abort();
    CallPacket packet{};
    std::memcpy(&packet, buffer.data(), sizeof packet);
    if (packet.kind != CallKind::response_area) continue;
    Result<SharedArea> received = SharedArea::received(file, packet.bytes, SharedArea::Access::write);
    if (!received) std::abort();
    area.emplace(std::move(*received));
  }
  return area;
}

}  // namespace

// The first byte says how much of the rest is the packet; what is left lies where a document of its size
// would.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::span<const std::byte> rest = std::as_bytes(std::span(data + 1, size - 1));
  const std::span<const std::byte> packet = rest.first(std::min<std::size_t>(data[0], rest.size()));
  const std::span<const std::byte> block = rest.subspan(packet.size());
  auto ends = PacketSocket::pair();
  if (!ends) std::abort();
  Result<CallClient> client = CallClient::create(std::move(ends->first));
  if (!client) std::abort();
  const std::optional<SharedArea> area = response_area(ends->second);
  if (block.size() > area->size() / 2) return 0;
  std::memcpy(area->data() + document_offset(0, block.size()), block.data(), block.size());
  // The answer is there before the call is made, and then the worker is gone.
  const iovec part{const_cast<std::byte*>(packet.data()), packet.size()};
  if (packet.empty() || !ends->second.send({&part, 1})) return 0;
  ::shutdown(ends->second.descriptor(), SHUT_WR);

  document::Document request, response;
  if (!document::read_json("1", request).ok()) std::abort();
  document::Builder builder;
  builder.start(response);
  const std::atomic<bool> never{false};
  const model::Prediction prediction{request.root(), request.bytes(), monotonic_now() + kSecond, "", never};
  const CallClient::Outcome outcome = client->call(prediction, builder);
  if (outcome.fate == CallClient::Fate::answered && outcome.status.ok() && builder.finish().ok())
    (void)document::to_json(response.root());
  return 0;
}
