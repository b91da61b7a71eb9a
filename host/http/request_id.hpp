// Names for requests that came without one: unique in practice, not secret.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace slipway::http {

class RequestIds {
 public:
  RequestIds();  // seeded by the operating system

  // 32 hexadecimal digits, valid until the next call.
  std::string_view next();

 private:
  std::uint64_t random();

  std::array<std::uint64_t, 4> state_;
  std::array<char, 32> text_;
};

}  // namespace slipway::http
