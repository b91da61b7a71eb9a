// Secrets that the host makes itself.
#pragma once

#include <string>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace slipway {

// 256 bits of the operating system's randomness in 43 characters of A-Z, a-z, 0-9, '-' and '_'.
Result<std::string> random_secret();

// Takes as long whatever the two are.
bool equal_in_constant_time(const Sha256& a, const Sha256& b);

}  // namespace slipway
