// A locale that writes 1234.5 as "1.234,5", whatever locales the system has: for a model that is tried in it.
#pragma once

#include <locale.h>

#include "base/result.hpp"

namespace slipway::worker {

// Held until the process ends: glibc forgets a locale that nobody holds.
class CommaLocale {
 public:
  // Makes it known to the C library; needs a file of its own for a moment, and hence no sandbox yet.
  static Result<CommaLocale> prepare();

  // From now on the C library's printf and strtod, and C++ streams that are made, use it; in all threads.
  Status put_in_force() const;

 private:
  explicit CommaLocale(locale_t held) : held_(held) {}

  locale_t held_;
};

}  // namespace slipway::worker
