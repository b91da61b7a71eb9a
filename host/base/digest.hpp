// SHA-256, the name of everything that is addressed by its content.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace slipway {

using Sha256 = std::array<std::uint8_t, 32>;

class Sha256Stream {
 public:
  Sha256Stream();
  void update(std::string_view bytes);
  Sha256 finish();  // once; the stream is spent afterwards

 private:
  alignas(16) unsigned char state_[128];
};

Sha256 sha256(std::string_view bytes);
std::string to_hex(const Sha256& digest);  // 64 lower-case digits
std::string to_base64(const Sha256& digest);

}  // namespace slipway
