// How good predictions are: the usual metrics, by their published definitions.
//
// accuracy, precision, recall, F1: M. Sokolova, G. Lapalme, A systematic analysis of performance measures for
//   classification tasks, Information Processing & Management 45 (2009), tables 2 and 3; macro F1 is the mean
//   of the labels' F1. What would divide by zero (a label never predicted, or never true) is 0.
// auc: the area under the ROC curve as the Mann-Whitney statistic, ties counted half: J. A. Hanley, B. J.
//   McNeil, The meaning and use of the area under a ROC curve, Radiology 143 (1982).
// log_loss: C. M. Bishop, Pattern Recognition and Machine Learning (2006), equation 4.90, divided by the
//   number of rows; probabilities are kept 2^-52 away from 0 and 1.
// mae, rmse: C. J. Willmott, K. Matsuura, Advantages of the mean absolute error, Climate Research 30 (2005).
// r2: N. R. Draper, H. Smith, Applied Regression Analysis (1998), equation 1.3.4: 1 - residual / total sum of
//   squares about the mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::authoring {

// One entry a row. What a metric does not ask for may be empty.
struct Outcomes {
  std::vector<std::string> true_labels;
  std::vector<std::string> predicted_labels;
  std::string positive;        // the positive label; empty: there is none
  std::vector<double> scores;  // of the positive label
  std::vector<double> true_values;
  std::vector<double> predicted_values;
};

enum class MetricNeeds { labels, scores, values };

struct Metric {
  std::string_view name;
  MetricNeeds needs;
  // There is at least one row. The error says why the metric is not defined for these.
  Result<double> (*compute)(const Outcomes& outcomes);
};

// The metric of that name; null where there is none.
const Metric* find_metric(std::string_view name);

}  // namespace slipway::authoring
