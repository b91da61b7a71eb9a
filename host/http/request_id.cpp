#include "http/request_id.hpp"

#include <sys/random.h>

#include <bit>
#include <cstring>

#include "base/clock.hpp"

namespace slipway::http {
namespace {

struct HexPairs {
  std::array<std::array<char, 2>, 256> pairs;
  constexpr HexPairs() : pairs{} {
    constexpr char kDigits[] = "0123456789abcdef";
    for (std::size_t i = 0; i < 256; ++i) pairs[i] = {kDigits[i >> 4], kDigits[i & 15]};
  }
};
constexpr HexPairs kHex;

}  // namespace

RequestIds::RequestIds() : state_{}, text_{} {
  const ssize_t got = ::getrandom(state_.data(), sizeof state_, 0);
  // Only a kernel without getrandom gets here; names that repeat after a restart are better than none.
  if (got != static_cast<ssize_t>(sizeof state_)) state_[0] ^= static_cast<std::uint64_t>(monotonic_now());
  state_[3] |= 1;  // the generator must not start from all zeros
}

// xoshiro256** of Blackman and Vigna.
std::uint64_t RequestIds::random() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

std::string_view RequestIds::next() {
  const std::array<std::uint64_t, 2> bits{random(), random()};
  std::array<unsigned char, 16> bytes;
  std::memcpy(bytes.data(), bits.data(), bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    std::memcpy(text_.data() + 2 * i, kHex.pairs[bytes[i]].data(), 2);
  return {text_.data(), text_.size()};
}

}  // namespace slipway::http
