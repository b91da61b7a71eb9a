// Packets of a worker: any bytes are a message or an error, and a message is written as it was read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "worker/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::worker;
  const std::string packet(reinterpret_cast<const char*>(data), size);
  const auto message = decode(packet);
  if (!message.ok()) return 0;
  if (size > kMostMessage || encode(*message) != packet) std::abort();
  return 0;
}
