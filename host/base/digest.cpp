// These functions of OpenSSL are deprecated for an interface that looks algorithms up among its providers:
// nothing is looked up here, and where libraries are linked in, nothing else of OpenSSL is.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.hpp"

#include <openssl/sha.h>
#include <sodium/utils.h>

#include <new>

namespace slipway {
namespace {

using State = SHA256_CTX;

State* state_of(unsigned char* bytes) {
  return std::launder(reinterpret_cast<State*>(bytes));
}

}  // namespace

Sha256Stream::Sha256Stream() {
  static_assert(sizeof(State) <= sizeof(state_) && alignof(State) <= 16);
  SHA256_Init(new (state_) State);
}

void Sha256Stream::update(std::string_view bytes) {
  SHA256_Update(state_of(state_), bytes.data(), bytes.size());
}

Sha256 Sha256Stream::finish() {
  Sha256 digest{};
  SHA256_Final(digest.data(), state_of(state_));
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
