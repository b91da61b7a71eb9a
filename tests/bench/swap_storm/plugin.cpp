// One version of the storm's model, compiled once for each with another STORM_VERSION: different code under
// different symbols, with all that is known to keep a library in memory or to mix it up with the version
// before: statics of templates and inline functions, data made at load time, virtual functions, exceptions.
#include <slipway/model.hpp>

#include <array>
#include <stdexcept>
#include <string>

#include "answer.hpp"

namespace {

template <unsigned kVersion>
struct Table {
  std::array<std::uint64_t, storm::kEntries> entries;
  Table() {
    for (unsigned i = 0; i < storm::kEntries; ++i) entries[i] = storm::entry(kVersion, i);
  }
};

// With a destructor that runs when the library is unloaded.
template <unsigned kVersion>
const std::string& version_text() {
  static const std::string text = "1.0." + std::to_string(kVersion);
  return text;
}

template <unsigned kVersion>
struct Odd : std::runtime_error {
  explicit Odd(std::uint64_t from) : std::runtime_error(version_text<kVersion>()), x(from) {}
  std::uint64_t x;
};

}  // namespace

// With external linkage: g++ would make them STB_GNU_UNIQUE without the SDK's flags.
template <unsigned kVersion>
inline Table<kVersion> table;

template <unsigned kVersion>
class Rule {
 public:
  virtual ~Rule() = default;
  virtual std::uint64_t apply(std::uint64_t x) const = 0;
};

template <unsigned kVersion>
class Scaled : public Rule<kVersion> {
 public:
  std::uint64_t apply(std::uint64_t x) const override {
    try {
      if (x % storm::kEntries == 1) throw Odd<kVersion>(x);
      return x * storm::factor(kVersion);
    } catch (const Odd<kVersion>& odd) {
      return odd.x * storm::factor(kVersion);
    }
  }
};

template <unsigned kVersion>
class Model {
 public:
  explicit Model(const slipway::Setup& setup)
      : salt_(static_cast<std::uint64_t>(setup.parameters()["salt"].integer())) {}

  void predict(slipway::Request request, slipway::Response& response) const {
    const auto x = static_cast<std::uint64_t>(request["x"].integer());
    const Rule<kVersion>& rule = scaled_;
    const std::uint64_t sum = rule.apply(x) + table<kVersion>.entries[x % storm::kEntries] + salt_;
    response.object([&](auto& out) {
      out["version"] = version_text<kVersion>();
      out["answer"] = static_cast<std::int64_t>(sum % storm::kModulus);
    });
  }

 private:
  const std::uint64_t salt_;
  const Scaled<kVersion> scaled_;
};

using ThisModel = Model<STORM_VERSION>;
SLIPWAY_PLUGIN(ThisModel)
