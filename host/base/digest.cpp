#include "base/digest.hpp"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/utils.h>

#include <new>

namespace slipway {
namespace {

using State = crypto_hash_sha256_state;

State* state_of(unsigned char* bytes) {
  return std::launder(reinterpret_cast<State*>(bytes));
}

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

}  // namespace

Sha256Stream::Sha256Stream() {
  static_assert(sizeof(State) <= sizeof(state_) && alignof(State) <= 16);
  crypto_hash_sha256_init(new (state_) State);
}

void Sha256Stream::update(std::string_view bytes) {
  crypto_hash_sha256_update(state_of(state_), octets(bytes), bytes.size());
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  crypto_hash_sha256_final(state_of(state_), digest.data());
  return digest;
}

Sha256 sha256(std::string_view bytes) {
  Sha256Stream stream;
  stream.update(bytes);
  return stream.finish();
}

std::string to_hex(const Sha256& digest) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string to_base64(const Sha256& digest) {
  char text[sodium_base64_ENCODED_LEN(sizeof(Sha256), sodium_base64_VARIANT_ORIGINAL)];
  return sodium_bin2base64(text, sizeof text, digest.data(), digest.size(), sodium_base64_VARIANT_ORIGINAL);
}

}  // namespace slipway
