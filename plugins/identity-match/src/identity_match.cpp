// Scores how well social profiles match a declared identity. README.md has the formulas; the order of the
// floating-point operations is part of them.
#include <slipway/model.hpp>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "token_set.hpp"

namespace identity_match {
namespace {

constexpr std::size_t kFieldCount = 6;
struct Field {
  slipway::Key name;
  bool exact;  // compared as a whole; else word by word
};
constexpr std::array<Field, kFieldCount> kFields{{{"name", false},
                                                  {"surname", false},
                                                  {"email", true},
                                                  {"birthdate", true},
                                                  {"taggedLocation", false},
                                                  {"declaredLocation", false}}};

using Similarities = std::array<double, kFieldCount>;

// The declared identity, taken apart once per request.
class Declared {
 public:
  explicit Declared(slipway::Value identity) {
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      texts_[i] = identity[kFields[i].name].text();
      if (!kFields[i].exact) words_[i].assign(texts_[i]);
    }
  }

  double similarity(std::size_t field, std::string_view other, TokenSet& scratch) const {
    if (kFields[field].exact) return equal_ignoring_case(texts_[field], other) ? 1 : 0;
    const TokenSet& mine = words_[field];
    if (other == texts_[field]) return mine.size() == 0 ? 0 : 1;
    scratch.assign(other);
    const std::size_t common = scratch.count_common(mine);
    const std::size_t all = mine.size() + scratch.size() - common;
    return all == 0 ? 0 : static_cast<double>(common) / static_cast<double>(all);
  }

 private:
  std::array<std::string_view, kFieldCount> texts_;
  std::array<TokenSet, kFieldCount> words_;  // none for the exact fields
};

class IdentityMatch {
 public:
  explicit IdentityMatch(const slipway::Setup& setup) : version_(setup.version()) {}

  void predict(slipway::Request request, slipway::Response& response) const {
    const slipway::Value weights_given = request["parameters"]["weights"];
    std::array<double, kFieldCount> weights;
    double weight_sum = 0;
    for (std::size_t i = 0; i < kFieldCount; ++i) {
      weights[i] = weights_given[kFields[i].name].number();
      weight_sum += weights[i];
    }

    const slipway::Value data = request["data"];
    const slipway::Value profiles = data["profiles"];
    const Declared declared(data["declared"]);
    TokenSet scratch;
    Similarities best_similarities{};
    double best = -1;
    double total = 0;
    for (const slipway::Value profile : profiles) {
      Similarities similarities;
      double weighted = 0;
      for (std::size_t i = 0; i < kFieldCount; ++i) {
        similarities[i] = declared.similarity(i, profile[kFields[i].name].text(), scratch);
        weighted += weights[i] * similarities[i];
      }
      const double score = weight_sum > 0 ? weighted / weight_sum : 0;
      total += score;
      if (score > best) {
        best = score;
        best_similarities = similarities;
      }
    }
    if (profiles.empty()) throw slipway::InvalidArgument("/data/profiles", "at least one profile is needed");
    const double mean = total / static_cast<double>(profiles.size());
    write(response, 1 / (1 + std::exp(-(6 * best + 2 * mean - 4))), best_similarities);
  }

 private:
  void write(slipway::Response& response, double score, const Similarities& similarities) const {
    response.object([&](auto& out) {
      out["score"] = score;
      out["matched"].array([&](auto& matched) {
        for (std::size_t i = 0; i < kFieldCount; ++i)
          if (similarities[i] >= 0.5) matched.add(kFields[i].name.text());
      });
      out["modelVersion"] = version_;
    });
  }

  std::string version_;
};

}  // namespace
}  // namespace identity_match

SLIPWAY_PLUGIN(identity_match::IdentityMatch)
