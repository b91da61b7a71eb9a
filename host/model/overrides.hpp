// What the operator of a host sets for a model instead of what its bundle says. Never its code or its
// schemas.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "model/manifest.hpp"

namespace slipway::model {

// Where a secret is: in a file, without the line end that it may close with, or in the environment.
struct SecretSource {
  std::string file;         // or
  std::string environment;  // a variable's name
};

struct Overrides {
  std::string parameters = "{}";                // a JSON object; its members take the place of the manifest's
  std::map<std::string, SecretSource> secrets;  // handed to the model as the parameter `secrets`
  std::optional<std::uint32_t> concurrency;
  std::optional<std::uint32_t> queue;
  std::optional<Nanoseconds> timeout;
  std::optional<std::uint64_t> memory;
  std::optional<Execution> execution;
  std::optional<std::uint32_t> batch_size;  // 1: each is predicted alone
  std::optional<Nanoseconds> batch_delay;
  std::optional<Isolation> isolation;
  std::optional<std::uint32_t> least_workers;
  std::optional<std::uint32_t> most_workers;
  Grants grants;
};

// The parameters that are set, with the secrets as they are now, as the text of a JSON object of at most
// kMostOverriddenBytes. It goes nowhere but to the model. The error names the secret that cannot be had, and
// repeats none.  [control]
Result<std::string> parameters_with_secrets(const Overrides& overrides);
constexpr std::size_t kMostOverriddenBytes = 12 * 1024;

// Limits, execution, batching, isolation, workers and grants.
void apply(const Overrides& overrides, Manifest& manifest);
// Everything that the model needs is granted to it; the error says what is not, and how to.
Status check_needs(const Manifest& manifest);
// `parameters`: as above.
Status apply_parameters(const std::string& parameters, Manifest& manifest);

}  // namespace slipway::model
