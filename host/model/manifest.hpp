// The manifest of a bundle, model.yaml, read and checked (schemas/model.yaml says what may stand in it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "document/document.hpp"
#include "model/deprecation.hpp"
#include "model/semver.hpp"

namespace slipway::model {

enum class Isolation { in_process, process };
enum class Threads { shared, single };
enum class Execution { automatic, inline_always, pool };
enum class Effects { none, external };

std::string_view to_text(Execution execution);

struct ModelLimits {
  std::uint32_t concurrency = 8;  // predictions, or batches, at once
  std::uint32_t queue = 64;       // requests that wait
  Nanoseconds timeout = 30 * kSecond;
  std::optional<std::uint64_t> memory;  // bytes
};

// Requests that wait are predicted together.
struct Batching {
  std::uint32_t size = 0;  // at most
  Nanoseconds delay = 0;   // that the first of them waits for more
};

// Of isolation `process`.
struct WorkerLimits {
  std::uint32_t least = 1;  // kept ready
  std::uint32_t most = 0;   // one prediction each at once; 0: one a core, and no more than `concurrency`
};

// What the processes of the model (its probe, its workers) may do beyond reading their bundle.
struct Grants {
  bool network = false;
  std::vector<std::string> folders;  // absolute; to read and write, with all that is in them
};

struct Manifest {
  std::string name;
  SemanticVersion version;
  std::string description;
  std::string plugin;
  std::string request_schema = "schemas/request.yaml";
  std::string response_schema = "schemas/response.yaml";
  Isolation isolation = Isolation::in_process;
  Threads threads = Threads::shared;
  Execution execution = Execution::automatic;
  Effects effects = Effects::external;  // what is not declared harmless is not repeated
  ModelLimits limits;
  std::optional<Batching> batching;
  WorkerLimits workers;
  bool needs_network = false;
  bool needs_files = false;
  Grants grants;                  // the operator's: see model/overrides.hpp
  document::Document parameters;  // an object
  std::optional<Deprecation> deprecation;
  std::string json;  // all of it, as it was read
};

// `file` names the text in messages, which carry line and column; all that is wrong is in the one error.
Result<Manifest> parse_manifest(std::string_view text, const std::string& file);

// From the `json` of one that was parsed by this build of the host: it is not checked again.
Result<Manifest> known_manifest(std::string_view json);

// Whether `name` can be a model's: [a-z0-9]([a-z0-9-]*[a-z0-9])?, at most 63 characters.
bool is_model_name(std::string_view name);

}  // namespace slipway::model
