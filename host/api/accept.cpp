#include "api/accept.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "api/media_type.hpp"

namespace slipway::api {
namespace {

struct Weights {
  double yaml = -1;  // not named
  double json = -1;
};

// The weight of one entry: its parameter q, or 1.
double weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(take_until(parameters, ';'));
    if (parameter.size() < 3 || !equals_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    return std::clamp(std::strtod(std::string(parameter.substr(2)).c_str(), nullptr), 0.0, 1.0);
  }
  return 1;
}

}  // namespace

bool prefers_yaml(std::string_view accept) {
  Weights named;
  Weights any;
  while (!accept.empty()) {
    std::string_view entry = take_until(accept, ',');
    const std::string_view type = trim(take_until(entry, ';'));
    const double weight = weight_of(entry);
    if (equals_ignoring_case(type, "application/yaml") || equals_ignoring_case(type, "text/yaml") ||
        equals_ignoring_case(type, "application/x-yaml"))
      named.yaml = std::max(named.yaml, weight);
    else if (equals_ignoring_case(type, "application/json"))
      named.json = std::max(named.json, weight);
    else if (equals_ignoring_case(type, "*/*") || equals_ignoring_case(type, "application/*"))
      any.json = std::max(any.json, weight);  // whoever takes anything is given JSON
  }
  const double json = named.json >= 0 ? named.json : any.json;
  return named.yaml > 0 && named.yaml > json;
}

}  // namespace slipway::api
