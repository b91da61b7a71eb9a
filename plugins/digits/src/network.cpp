#include "network.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <sstream>
#include <stdexcept>

namespace digits {
namespace {

static_assert(std::endian::native == std::endian::little, "the file's numbers are read as they are");

constexpr std::size_t kMostLayers = 16;
constexpr std::size_t kWidest = 4096;

std::vector<std::size_t> read_widths(std::istream& in, const std::string& file) {
  std::string line;
  std::getline(in, line);
  std::istringstream words(line);
  std::string name;
  int form = 0;
  std::vector<std::size_t> widths;
  words >> name >> form;
  for (std::size_t width = 0; words >> width;) widths.push_back(width);
  const bool sane = std::all_of(widths.begin(), widths.end(),
                                [](std::size_t width) { return width >= 1 && width <= kWidest; });
  if (name != "slipway-mlp" || form != 1 || !words.eof() || widths.size() < 2 ||
      widths.size() > kMostLayers || !sane)
    throw std::runtime_error(file + ": expected \"slipway-mlp 1\" and two widths at least, of 1 to 4096");
  return widths;
}

void read_numbers(std::istream& in, const std::string& file, std::span<float> numbers) {
  in.read(reinterpret_cast<char*>(numbers.data()), static_cast<std::streamsize>(numbers.size_bytes()));
  if (!in) throw std::runtime_error(file + ": the file ends amid its weights; is it complete?");
  if (!std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); }))
    throw std::runtime_error(file + ": a weight is not a finite number");
}

}  // namespace

Network Network::read(std::istream& in, const std::string& file) {
  const std::vector<std::size_t> widths = read_widths(in, file);
  Network network;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    Layer layer{widths[i], widths[i + 1], 0, {}, {}};
    // As many tiles as are worked on at once; what is beyond the outputs has weights of nought.
    const std::size_t together = kTile * kTogether;
    layer.tiles = (layer.outputs + together - 1) / together * kTogether;
    layer.weights.resize(layer.tiles * layer.inputs);
    layer.bias.resize(layer.tiles);
    std::vector<float> line(layer.outputs);
    const auto put = [](Weights& tile, std::size_t output, float number) {
      tile[output % kTile / kLanes][output % kLanes] = number;
    };
    for (std::size_t input = 0; input < layer.inputs; ++input) {
      read_numbers(in, file, line);
      for (std::size_t output = 0; output < layer.outputs; ++output)
        put(layer.weights[output / kTile * layer.inputs + input], output, line[output]);
    }
    read_numbers(in, file, line);
    for (std::size_t output = 0; output < layer.outputs; ++output)
      put(layer.bias[output / kTile], output, line[output]);
    network.layers_.push_back(std::move(layer));
  }
  if (in.peek() != std::istream::traits_type::eof())
    throw std::runtime_error(file + ": there is more in the file than its widths say");
  return network;
}

// The sums of some rows by some tiles, all of them in registers: a weight is read once for all the rows, and
// there are enough sums that do not wait for each other.
template <std::size_t kRows, std::size_t kTiles>
void Network::sum(const Layer& layer, std::size_t tile, const float* in, float* out) {
  Weights sums[kRows][kTiles];
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t t = 0; t < kTiles; ++t) sums[row][t] = layer.bias[tile + t];
  const Weights* const weights = layer.weights.data() + tile * layer.inputs;
  for (std::size_t input = 0; input < layer.inputs; ++input)
    for (std::size_t t = 0; t < kTiles; ++t) {
      const Weights& by = weights[t * layer.inputs + input];
      for (std::size_t row = 0; row < kRows; ++row) {
        const float x = in[row * layer.inputs + input];
        for (std::size_t part = 0; part < by.size(); ++part) sums[row][t][part] += x * by[part];
      }
    }
  for (std::size_t row = 0; row < kRows; ++row)
    for (std::size_t t = 0; t < kTiles; ++t)
      for (std::size_t i = 0; i < kTile; ++i)
        if (const std::size_t output = (tile + t) * kTile + i; output < layer.outputs)
          out[row * layer.outputs + output] = sums[row][t][i / kLanes][i % kLanes];
}

std::vector<float> Network::run(const Layer& layer, const std::vector<float>& in) {
  const std::size_t rows = in.size() / layer.inputs;
  std::vector<float> out(rows * layer.outputs);
  std::size_t row = 0;
  for (; row + kTogether <= rows; row += kTogether)
    for (std::size_t tile = 0; tile < layer.tiles; ++tile)
      sum<kTogether, 1>(layer, tile, &in[row * layer.inputs], &out[row * layer.outputs]);
  for (; row < rows; ++row)
    for (std::size_t tile = 0; tile < layer.tiles; tile += kTogether)
      sum<1, kTogether>(layer, tile, &in[row * layer.inputs], &out[row * layer.outputs]);
  return out;
}

std::vector<float> Network::run(std::vector<float> in) const {
  for (const Layer& layer : layers_) {
    in = run(layer, in);
    if (&layer != &layers_.back())
      for (float& x : in) x = std::max(x, 0.0F);
  }
  return in;
}

}  // namespace digits
