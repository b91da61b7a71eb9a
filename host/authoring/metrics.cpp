#include "authoring/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace slipway::authoring {
namespace {

// ---- labels

struct Counts {
  double true_positive = 0;
  double false_positive = 0;
  double false_negative = 0;
};

double ratio(double part, double whole) {
  return whole == 0 ? 0 : part / whole;
}
double precision_of(const Counts& c) {
  return ratio(c.true_positive, c.true_positive + c.false_positive);
}
double recall_of(const Counts& c) {
  return ratio(c.true_positive, c.true_positive + c.false_negative);
}
double f1_of(const Counts& c) {
  return ratio(2 * c.true_positive, 2 * c.true_positive + c.false_positive + c.false_negative);
}

std::map<std::string, Counts> count(const Outcomes& outcomes) {
  std::map<std::string, Counts> counts;
  for (std::size_t i = 0; i < outcomes.true_labels.size(); ++i) {
    const std::string& actual = outcomes.true_labels[i];
    const std::string& predicted = outcomes.predicted_labels[i];
    if (actual == predicted) {
      ++counts[actual].true_positive;
    } else {
      ++counts[actual].false_negative;
      ++counts[predicted].false_positive;
    }
  }
  return counts;
}

// Of the positive label, or the mean over all labels where there is none.
template <double (*Of)(const Counts&)>
Result<double> averaged(const Outcomes& outcomes) {
  std::map<std::string, Counts> counts = count(outcomes);
  if (!outcomes.positive.empty()) return Of(counts[outcomes.positive]);
  double sum = 0;
  for (const auto& [label, each] : counts) sum += Of(each);
  return sum / static_cast<double>(counts.size());
}

Result<double> accuracy(const Outcomes& outcomes) {
  double right = 0;
  for (std::size_t i = 0; i < outcomes.true_labels.size(); ++i)
    right += outcomes.true_labels[i] == outcomes.predicted_labels[i] ? 1 : 0;
  return right / static_cast<double>(outcomes.true_labels.size());
}

// ---- scores

bool is_positive(const Outcomes& outcomes, std::size_t i) {
  return outcomes.true_labels[i] == outcomes.positive;
}

// By ranks: equal scores share the mean of theirs, which counts a tie between the classes half.
Result<double> auc(const Outcomes& outcomes) {
  const std::vector<double>& scores = outcomes.scores;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double positives = 0;
  double ranks = 0;  // of the positives
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && scores[order[end]] == scores[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    for (std::size_t i = begin; i < end; ++i) {
      if (!is_positive(outcomes, order[i])) continue;
      ++positives;
      ranks += rank;
    }
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  if (positives == 0 || negatives == 0)
    return Error(Code::invalid_argument, "auc needs rows of the positive label and of another one");
  return (ranks - positives * (positives + 1) / 2) / (positives * negatives);
}

Result<double> log_loss(const Outcomes& outcomes) {
  constexpr double kLeast = 0x1p-52;
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.scores.size(); ++i) {
    const double score = outcomes.scores[i];
    if (!(score >= 0 && score <= 1))
      return Error(Code::invalid_argument, "log_loss needs scores that are probabilities, from 0 to 1");
    const double of_truth = is_positive(outcomes, i) ? score : 1 - score;
    sum -= std::log(std::clamp(of_truth, kLeast, 1 - kLeast));
  }
  return sum / static_cast<double>(outcomes.scores.size());
}

// ---- values

double sum_of_squares(const Outcomes& outcomes) {
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.true_values.size(); ++i) {
    const double error = outcomes.predicted_values[i] - outcomes.true_values[i];
    sum += error * error;
  }
  return sum;
}

Result<double> mae(const Outcomes& outcomes) {
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.true_values.size(); ++i)
    sum += std::fabs(outcomes.predicted_values[i] - outcomes.true_values[i]);
  return sum / static_cast<double>(outcomes.true_values.size());
}

Result<double> rmse(const Outcomes& outcomes) {
  return std::sqrt(sum_of_squares(outcomes) / static_cast<double>(outcomes.true_values.size()));
}

Result<double> r2(const Outcomes& outcomes) {
  const std::vector<double>& values = outcomes.true_values;
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double total = 0;
  for (const double value : values) total += (value - mean) * (value - mean);
  if (total == 0)
    return Error(Code::invalid_argument, "r2 is not defined where all true values are the same");
  return 1 - sum_of_squares(outcomes) / total;
}

constexpr Metric kMetrics[] = {{"accuracy", MetricNeeds::labels, &accuracy},
                               {"precision", MetricNeeds::labels, &averaged<&precision_of>},
                               {"recall", MetricNeeds::labels, &averaged<&recall_of>},
                               {"f1", MetricNeeds::labels, &averaged<&f1_of>},
                               {"auc", MetricNeeds::scores, &auc},
                               {"log_loss", MetricNeeds::scores, &log_loss},
                               {"mae", MetricNeeds::values, &mae},
                               {"rmse", MetricNeeds::values, &rmse},
                               {"r2", MetricNeeds::values, &r2}};

}  // namespace

const Metric* find_metric(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kMetrics), std::end(kMetrics), [&](const Metric& m) { return m.name == name; });
  return found == std::end(kMetrics) ? nullptr : found;
}

}  // namespace slipway::authoring
