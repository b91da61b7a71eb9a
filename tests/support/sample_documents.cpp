#include "sample_documents.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace slipway::testing {
namespace {

constexpr int kMembers = 1'000;
constexpr int kLevels = 60;
constexpr int kNumbers = 100'000;

std::string file(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path + " cannot be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

Sample wide() {
  Sample sample{"wide", R"({"type":"object","additionalProperties":false,"properties":{)", "{"};
  for (int i = 0; i < kMembers; ++i) {
    const std::string name = (i == 0 ? "\"" : ",\"") + ("property" + std::to_string(i)) + "\":";
    const bool number = i % 2 == 0;
    sample.schema +=
        name + (number ? R"({"type":"integer","minimum":0})" : R"({"type":"string","maxLength":20})");
    sample.text += name + (number ? std::to_string(i) : "\"value " + std::to_string(i) + "\"");
  }
  sample.schema += "}}";
  sample.text += "}";
  return sample;
}

Sample deep() {
  Sample sample{"deep",
                R"({"type":"object","additionalProperties":false,"required":["depth"],)"
                R"("properties":{"depth":{"type":"integer"},"name":{"type":"string"},"next":{"$ref":"#"}}})",
                ""};
  for (int i = 0; i < kLevels; ++i)
    sample.text +=
        std::string(i == 0 ? "" : ",\"next\":") + R"({"name":"level","depth":)" + std::to_string(i);
  sample.text.append(kLevels, '}');
  return sample;
}

// With 17 digits each, as a program prints them; the same ones on every run.
Sample numbers() {
  Sample sample{"numbers", R"({"type":"array","items":{"type":"number","minimum":0,"maximum":1}})", "["};
  std::uint64_t state = 1;
  for (int i = 0; i < kNumbers; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::string digits = std::to_string(100'000'000'000'000'000u + (state >> 8));
    sample.text += (i == 0 ? "0." : ",0.") + digits.substr(digits.size() - 17);
  }
  sample.text += "]";
  return sample;
}

}  // namespace

std::vector<Sample> sample_documents(const std::string& plugins) {
  const std::string model = plugins + "/identity-match";
  return {{"identity-match", file(model + "/schemas/request.yaml"), file(model + "/examples/match.json")},
          wide(),
          deep(),
          numbers()};
}

}  // namespace slipway::testing
