#include "weights.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>

namespace breast_cancer {
namespace {

class Reader {
 public:
  Reader(std::istream& in, const std::string& file) : in_(in), file_(file) {}

  // Splits the next line that says something into its words; false at the end.
  bool next(std::vector<std::string_view>& words) {
    while (std::getline(in_, line_)) {
      ++number_;
      words.clear();
      std::string_view rest = line_;
      while (true) {
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
        if (rest.empty()) break;
        const std::size_t length = std::min(rest.find_first_of(" \t\r"), rest.size());
        words.push_back(rest.substr(0, length));
        rest.remove_prefix(length);
      }
      if (!words.empty() && words[0][0] != '#') return true;
    }
    if (in_.bad()) fail("cannot be read");
    return false;
  }

  double number(std::string_view word) const {
    double value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(value))
      fail(std::string(word).append(": not a finite number"));
    return value;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw std::runtime_error(file_ + ":" + std::to_string(number_) + ": " + what);
  }

 private:
  std::istream& in_;
  const std::string& file_;
  std::string line_;
  int number_ = 0;
};

}  // namespace

Weights read_weights(std::istream& in, const std::string& file) {
  Reader reader(in, file);
  Weights weights;
  bool intercept_seen = false;
  std::vector<std::string_view> words;
  if (!reader.next(words) || words.size() != 2 || words[0] != "breast-cancer-weights" || words[1] != "1")
    reader.fail(
        "expected \"breast-cancer-weights 1\": this is not a file of weights, or one of a newer form");
  while (reader.next(words)) {
    if (words[0] == "intercept" && words.size() == 2) {
      if (intercept_seen) reader.fail("a second intercept");
      weights.intercept = reader.number(words[1]);
      intercept_seen = true;
    } else if (words[0] == "feature" && words.size() == 5) {
      const std::string name(words[1]);
      const auto is_same = [&](const Feature& feature) { return feature.name == name; };
      if (std::ranges::any_of(weights.features, is_same)) reader.fail("a second feature " + name);
      const Feature feature{name, reader.number(words[2]), reader.number(words[3]), reader.number(words[4])};
      if (feature.scale <= 0) reader.fail("the scale of " + name + " must be above 0");
      weights.features.push_back(feature);
    } else {
      reader.fail("expected \"intercept NUMBER\" or \"feature NAME MEAN SCALE WEIGHT\"");
    }
  }
  if (!intercept_seen) reader.fail("the file ends without an intercept; is it complete?");
  if (weights.features.empty()) reader.fail("the file ends without a feature; is it complete?");
  return weights;
}

}  // namespace breast_cancer
