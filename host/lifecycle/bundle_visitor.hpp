// Takes the files of a bundle, wherever they come from, one after the other.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace slipway::lifecycle {

class BundleVisitor {
 public:
  virtual ~BundleVisitor() = default;
  // What is refused here ends the visit, with this error.
  virtual Status begin_file(const std::string& path) = 0;  // as check_bundle_path wants it
  virtual Status bytes(std::string_view piece) = 0;        // of that file
  virtual Status end_file() = 0;
};

}  // namespace slipway::lifecycle
