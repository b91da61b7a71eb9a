// Logistic regression on standardised features: the shape of a model that reads its weights and a parameter
// when it is made.
#include <slipway/model.hpp>

#include <cmath>
#include <string>

#include "weights.hpp"

namespace breast_cancer {
namespace {

class BreastCancer {
 public:
  explicit BreastCancer(const slipway::Setup& setup)
      : version_(setup.version()), threshold_(setup.parameters().value_or("threshold", 0.5)) {
    if (!(threshold_ >= 0 && threshold_ <= 1))
      throw slipway::InvalidArgument("/threshold", "must be a probability, from 0 to 1");
    std::ifstream file = setup.open("data/weights.txt");
    weights_ = read_weights(file, setup.path("data/weights.txt"));
  }

  void predict(slipway::Request request, slipway::Response& response) const {
    double z = weights_.intercept;
    for (const Feature& feature : weights_.features)
      z += feature.weight * ((request[feature.name].number() - feature.mean) / feature.scale);
    const double probability = 1 / (1 + std::exp(-z));
    response.object([&](auto& out) {
      out["probability"] = probability;
      out["label"] = probability >= threshold_ ? "malignant" : "benign";
      out["modelVersion"] = version_;
    });
  }

 private:
  std::string version_;
  double threshold_;
  Weights weights_;
};

}  // namespace
}  // namespace breast_cancer

SLIPWAY_PLUGIN(breast_cancer::BreastCancer)
