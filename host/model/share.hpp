// A share of a model's traffic, and which requests belong to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::model {

class Share {
 public:
  // `part`: 0 to 1. `sticky_header`: see TrafficPolicy. A larger share of the same model includes a smaller
  // one: whoever is in it stays in it while it grows.
  Share(double part, std::string_view model, std::string sticky_header);

  const std::string& sticky_header() const { return sticky_header_; }

  // Whether a request belongs to it: by the value of its sticky header, the same on every host and after
  // every restart, or by a number that is equally often each of all 64-bit numbers.  [any]
  bool includes(std::string_view sticky_value) const;
  bool includes(std::uint64_t random) const { return (random >> 32) < below_; }

 private:
  std::uint64_t below_;  // of 2^32
  std::uint64_t seed_;   // of the model, so that not the same callers try out every model's canary
  std::string sticky_header_;
};

}  // namespace slipway::model
