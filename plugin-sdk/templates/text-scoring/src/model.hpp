// Adds the weights of the words that a text has: data/weights.csv. The feature (bias) is what a text without any scores.
#pragma once

#include <slipway/model.hpp>

#include <cmath>
#include <set>

#include "@plugin@.bind.hpp"
#include "weights.hpp"
#include "words.hpp"

namespace @plugin@ {

class Model {
 public:
  // Runs once, and may be slow. What it throws is why the version is not served.
  explicit Model(const slipway::Setup& setup) : weights_(setup.open("data/weights.csv")), bias_(weights_.at("(bias)")) {}

  // const: many threads call it at once. What belongs to one request stays in local variables.
  Response predict(const Request& request) const {
    double sum = bias_;
    std::set<std::string> counted;
    for_each_word(request.text, [&](const std::string& word) {
      const double weight = weights_.value_or(word, 0);
      sum += weight;
      if (weight != 0) counted.insert(word);
    });
    return {.score = 1 / (1 + std::exp(-sum)), .words = {counted.begin(), counted.end()}};
  }

 private:
  Weights weights_;
  double bias_;
};

}  // namespace @plugin@
