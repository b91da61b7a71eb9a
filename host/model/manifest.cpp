#include "model/manifest.hpp"

#include "base/units.hpp"
#include "document/builder.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "model/checked_yaml.hpp"
#include "model/embedded_schemas.hpp"

namespace slipway::model {
namespace {

using document::Value;

const schema::Schema& manifest_schema() {
  static const std::shared_ptr<const schema::Schema> schema =
      own_schema(kManifestSchema, "schemas/model.yaml");
  return *schema;
}

std::uint32_t number_or(Value object, std::string_view key, std::uint32_t fallback) {
  const slw_value* const member = object.find(key);
  return member == nullptr ? fallback : static_cast<std::uint32_t>(Value(member).int64());
}

// The schema has checked the form; what is left is a number too large for its unit.
Status read_limits(Value limits, const document::SourceMap& source, ModelLimits& out) {
  out.concurrency = number_or(limits, "concurrency", out.concurrency);
  out.queue = number_or(limits, "queue", out.queue);
  if (const std::string text = text_or(limits, "timeout", ""); !text.empty()) {
    const Result<Nanoseconds> timeout = parse_duration(text);
    if (!timeout)
      return Error(Code::invalid_argument,
                   source.describe("/limits/timeout") + ": " + timeout.error().message);
    out.timeout = *timeout;
  }
  if (const std::string text = text_or(limits, "memory", ""); !text.empty()) {
    const Result<std::uint64_t> memory = parse_size(text);
    if (!memory)
      return Error(Code::invalid_argument, source.describe("/limits/memory") + ": " + memory.error().message);
    out.memory = *memory;
  }
  return {};
}

Status read_workers(Value workers, const document::SourceMap& source, WorkerLimits& out) {
  out.least = number_or(workers, "min", out.least);
  out.most = number_or(workers, "max", out.most);
  if (out.most == 0 || out.least <= out.most) return {};
  return Error(Code::invalid_argument, source.describe("/workers/max") + ": fewer workers than workers.min");
}

Status read_batching(Value batching, const document::SourceMap& source, Manifest& manifest) {
  Batching& out = manifest.batching.emplace();
  out.size = number_or(batching, "size", 0);
  const slw_value* const delay = batching.find("delay");
  if (delay == nullptr || !Value(delay).is_string()) return {};
  const Result<Nanoseconds> parsed = parse_duration(Value(delay).text());
  if (!parsed)
    return Error(Code::invalid_argument, source.describe("/batching/delay") + ": " + parsed.error().message);
  out.delay = *parsed;
  return {};
}

// A copy with a block of its own, since the manifest's document is not kept.
Status copy_parameters(Value root, document::Document& target) {
  const slw_value* const parameters = root.find("parameters");
  return document::read_json(parameters == nullptr ? "{}" : document::to_json(Value(parameters)), target);
}

void read_choices(Value root, Manifest& manifest) {
  if (text_or(root, "isolation", "") == "process") manifest.isolation = Isolation::process;
  if (text_or(root, "threads", "") == "single") manifest.threads = Threads::single;
  if (text_or(root, "effects", "") == "none") manifest.effects = Effects::none;
  const std::string execution = text_or(root, "execution", "auto");
  if (execution == "inline") manifest.execution = Execution::inline_always;
  if (execution == "pool") manifest.execution = Execution::pool;
}

void read_needs(Value needs, Manifest& manifest) {
  for (std::uint32_t i = 0; i < needs.size(); ++i) {
    if (needs.element(i).text() == "network") manifest.needs_network = true;
    if (needs.element(i).text() == "files") manifest.needs_files = true;
  }
}

Status read_deprecation(Value value, const document::SourceMap& source, Manifest& manifest) {
  const Deprecation& deprecation = manifest.deprecation.emplace(Deprecation{
      text_or(value, "after", ""), text_or(value, "successor", ""), text_or(value, "sunset", "")});
  // Days of this form are ordered as their texts are.
  if (deprecation.sunset.empty() || deprecation.sunset >= deprecation.after) return {};
  return Error(Code::invalid_argument, source.describe("/deprecation/sunset") +
                                           ": the version would be gone before it is deprecated");
}

Result<Manifest> manifest_of(Value root, const document::SourceMap& source) {
  Manifest manifest;
  manifest.json = document::to_json(root);
  manifest.name = text_or(root, "name", "");
  Result<SemanticVersion> version = SemanticVersion::parse(text_or(root, "version", ""));
  if (!version)
    return Error(Code::invalid_argument, source.describe("/version") + ": " + version.error().message);
  manifest.version = std::move(*version);
  manifest.description = text_or(root, "description", "");
  manifest.plugin = text_or(root, "plugin", "");
  if (const slw_value* const schemas = root.find("schemas"); schemas != nullptr) {
    manifest.request_schema = text_or(Value(schemas), "request", manifest.request_schema);
    manifest.response_schema = text_or(Value(schemas), "response", manifest.response_schema);
  }
  read_choices(root, manifest);
  if (const slw_value* const limits = root.find("limits"); limits != nullptr)
    if (Status read = read_limits(Value(limits), source, manifest.limits); !read)
      return std::move(read).error();
  if (const slw_value* const batching = root.find("batching"); batching != nullptr)
    if (Status read = read_batching(Value(batching), source, manifest); !read) return std::move(read).error();
  if (const slw_value* const needs = root.find("needs"); needs != nullptr) read_needs(Value(needs), manifest);
  if (const slw_value* const workers = root.find("workers"); workers != nullptr)
    if (Status read = read_workers(Value(workers), source, manifest.workers); !read)
      return std::move(read).error();
  if (Status copied = copy_parameters(root, manifest.parameters); !copied) return std::move(copied).error();
  if (const slw_value* const deprecation = root.find("deprecation"); deprecation != nullptr)
    if (Status read = read_deprecation(Value(deprecation), source, manifest); !read)
      return std::move(read).error();
  return manifest;
}

}  // namespace

std::string_view to_text(Execution execution) {
  switch (execution) {
    case Execution::inline_always:
      return "inline";
    case Execution::pool:
      return "pool";
    default:
      return "auto";
  }
}

Result<Manifest> parse_manifest(std::string_view text, const std::string& file) {
  document::Document document;
  document::SourceMap source(file);
  if (Status read = read_checked_yaml(text, manifest_schema(), document, source); !read)
    return std::move(read).error();
  return manifest_of(document.root(), source);
}

Result<Manifest> known_manifest(std::string_view json) {
  document::Document document;
  if (Status read = document::read_json(json, document); !read) return std::move(read).error();
  return manifest_of(document.root(), document::SourceMap("model.yaml"));
}

bool is_model_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > 63 || !letter(name.front()) || !letter(name.back())) return false;
  for (const char c : name)
    if (!letter(c) && c != '-') return false;
  return true;
}

}  // namespace slipway::model
