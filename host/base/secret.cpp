#include "base/secret.hpp"

#include <sodium/core.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

namespace slipway {

Result<std::string> random_secret() {
  if (sodium_init() < 0) return Error(Code::io, "the system has no source of random numbers");
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  constexpr int kForm = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  char text[sodium_base64_ENCODED_LEN(sizeof bytes, kForm)];
  std::string secret = sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, kForm);
  sodium_memzero(bytes, sizeof bytes);
  sodium_memzero(text, sizeof text);
  return secret;
}

bool equal_in_constant_time(const Sha256& a, const Sha256& b) {
  return sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace slipway
