// Logistic regression: weights from data/weights.csv, the threshold from the manifest's parameters.
#pragma once

#include <slipway/model.hpp>

#include <cmath>

#include "@plugin@.bind.hpp"
#include "weights.hpp"

namespace @plugin@ {

class Model {
 public:
  // Runs once, and may be slow. What it throws is why the version is not served.
  explicit Model(const slipway::Setup& setup)
      : weights_(setup.open("data/weights.csv")), threshold_(setup.parameters().value_or("threshold", 0.5)) {
    if (!(threshold_ >= 0 && threshold_ <= 1))
      throw slipway::InvalidArgument("/threshold", "must be a probability, from 0 to 1");
    intercept_ = weights_.at("intercept");
    tenure_months_ = weights_.at("tenure_months");
    monthly_charge_ = weights_.at("monthly_charge");
    support_calls_ = weights_.at("support_calls");
    for (const Contract each : {Contract::monthly, Contract::yearly, Contract::two_years})
      contract_[static_cast<std::size_t>(each)] = weights_.at("contract_" + std::string(to_string(each)));
  }

  // const: many threads call it at once. What belongs to one request stays in local variables.
  Response predict(const Request& request) const {
    const double z = intercept_ + tenure_months_ * static_cast<double>(request.tenure_months) +
                     monthly_charge_ * request.monthly_charge +
                     support_calls_ * static_cast<double>(request.support_calls) +
                     contract_[static_cast<std::size_t>(request.contract)];
    const double probability = 1 / (1 + std::exp(-z));
    return {.probability = probability, .label = probability >= threshold_ ? Label::leaves : Label::stays};
  }

 private:
  Weights weights_;
  double threshold_;
  double intercept_, tenure_months_, monthly_charge_, support_calls_;
  double contract_[3];
};

}  // namespace @plugin@
