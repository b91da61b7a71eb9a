// A multilayer perceptron over 64 pixels: the shape of a model that answers several requests in one pass over
// its weights.
#include <slipway/model.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "network.hpp"

namespace digits {
namespace {

constexpr std::size_t kPixels = 64;
constexpr std::size_t kDigits = 10;
constexpr double kInk = 16;  // the darkest pixel; the network was trained on 0 to 1

class Digits {
 public:
  explicit Digits(const slipway::Setup& setup) : version_(setup.version()) {
    std::ifstream file = setup.open("data/weights.bin");
    network_ = Network::read(file, setup.path("data/weights.bin"));
    if (network_.inputs() != kPixels || network_.outputs() != kDigits)
      throw std::runtime_error(setup.path("data/weights.bin") + ": not a network of 64 pixels and 10 digits");
  }

  void predict(slipway::Request request, slipway::Response& response) const {
    std::vector<float> pixels(kPixels);
    read(request, pixels);
    write(network_.run(std::move(pixels)), response);
  }

  void predict_batch(std::span<slipway::BatchItem> items) const {
    std::vector<float> pixels(items.size() * kPixels);
    std::span<float> rest = pixels;
    for (slipway::BatchItem& item : items) {
      item.attempt([&] { read(item.request(), rest.first(kPixels)); });
      rest = rest.subspan(kPixels);
    }
    const std::vector<float> logits = network_.run(std::move(pixels));
    std::span<const float> next = logits;
    for (slipway::BatchItem& item : items) {
      if (!item.failed()) item.attempt([&] { write(next.first(kDigits), item.response()); });
      next = next.subspan(kDigits);
    }
  }

 private:
  static void read(slipway::Request request, std::span<float> pixels) {
    const std::span<const double> given = request["pixels"].numbers();
    // The schema says so; what is called without a host must not write beyond its row.
    if (given.size() != kPixels) throw slipway::InvalidArgument("/pixels", "an image has 64 pixels");
    std::ranges::transform(given, pixels.begin(),
                           [](double pixel) { return static_cast<float>(pixel / kInk); });
  }

  // The softmax of the logits.
  void write(std::span<const float> logits, slipway::Response& response) const {
    const auto best = std::ranges::max_element(logits);
    std::array<double, kDigits> probabilities{};
    double sum = 0;
    for (std::size_t digit = 0; digit < kDigits; ++digit)
      sum += probabilities[digit] = std::exp(static_cast<double>(logits[digit]) - static_cast<double>(*best));
    for (double& probability : probabilities) probability /= sum;
    const auto digit = static_cast<std::size_t>(best - logits.begin());
    response.object([&](auto& out) {
      out["digit"] = digit;
      out["probability"] = probabilities[digit];
      out["probabilities"] = probabilities;
      out["modelVersion"] = version_;
    });
  }

  std::string version_;
  Network network_;
};

}  // namespace
}  // namespace digits

SLIPWAY_PLUGIN(digits::Digits)
