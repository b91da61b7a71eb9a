// A multilayer perceptron: dense layers with ReLU between them, in float32, and the file that it comes from:
//
//   slipway-mlp 1 WIDTH WIDTH...    a line of text: the widths, the input's first
//   for each layer its weights, input by input, then its bias: float32, little-endian
#pragma once

#include <array>
#include <cstddef>
#include <istream>
#include <span>
#include <string>
#include <vector>

namespace digits {

class Network {
 public:
  // Throws std::runtime_error that says what is wrong. `file` is only for that message.
  static Network read(std::istream& in, const std::string& file);

  std::size_t inputs() const { return layers_.front().inputs; }
  std::size_t outputs() const { return layers_.back().outputs; }

  // The outputs for as many inputs as `in` holds, one after the other. A row's outputs are the same to the
  // last bit whatever stands beside it: each sum runs over the inputs in their order.
  std::vector<float> run(std::vector<float> in) const;

 private:
  // Four sums at once, on any processor.
  using Vector [[gnu::vector_size(16)]] = float;
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kTile = 8;              // outputs
  static constexpr std::size_t kTogether = 4;          // tiles of one row, or rows of one tile
  using Weights = std::array<Vector, kTile / kLanes>;  // of one input, for a tile

  struct Layer {
    std::size_t inputs, outputs, tiles;
    std::vector<Weights> weights;  // tile by tile, each input by input
    std::vector<Weights> bias;     // a tile each
  };

  template <std::size_t kRows, std::size_t kTiles>
  static void sum(const Layer& layer, std::size_t tile, const float* in, float* out);
  static std::vector<float> run(const Layer& layer, const std::vector<float>& in);

  std::vector<Layer> layers_;
};

}  // namespace digits
