// Bytes in memory as an input, given in pieces.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include "base/input_stream.hpp"

namespace slipway::test {

class MemoryInput : public InputStream {
 public:
  explicit MemoryInput(std::string_view bytes, std::size_t piece = 4096) : bytes_(bytes), piece_(piece) {}

  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t size = std::min({into.size(), piece_, bytes_.size()});
    if (size != 0) std::memcpy(into.data(), bytes_.data(), size);
    bytes_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view bytes_;
  std::size_t piece_;
};

// All that is left in `input`.
inline Result<std::string> read_all(InputStream& input) {
  std::string all;
  std::string piece(65536, '\0');
  for (;;) {
    Result<std::size_t> got = input.read(piece);
    if (!got) return std::move(got).error();
    if (*got == 0) return all;
    all.append(piece, 0, *got);
  }
}

}  // namespace slipway::test
