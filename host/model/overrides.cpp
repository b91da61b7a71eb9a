#include "model/overrides.hpp"

#include <cstdlib>

#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/utf8.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"

namespace slipway::model {
namespace {

using document::Value;

Result<std::string> read_secret(const std::string& name, const SecretSource& source) {
  if (source.file.empty()) {
    const char* const value = std::getenv(source.environment.c_str());
    if (value == nullptr)
      return Error(Code::failed_precondition, "the secret " + name + " is not to be had: the variable " +
                                                  source.environment + " is not in the host's environment");
    return std::string(value);
  }
  Result<std::string> text = read_file(source.file, kMostOverriddenBytes);
  if (!text) return std::move(text).error().within("the secret " + name);
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return text;
}

// The text of a JSON object, a member at a time.
class ObjectText {
 public:
  void add(std::string_view key, std::string_view json) {
    if (out_.size() > 1) out_.append(",");
    append_json_string(key, out_);
    out_.append(":");
    out_.append(json);
  }
  void add_text(std::string_view key, std::string_view text) {
    PaddedBuffer json;
    append_json_string(text, json);
    add(key, json.view());
  }
  // Those members of `object` whose names `without` does not have.
  void add_members(Value object, const document::Document& without) {
    for (std::uint32_t i = 0; i < object.size(); ++i)
      if (without.empty() || without.root().find(object.key(i)) == nullptr)
        add(object.key(i), document::to_json(object.member(i)));
  }
  std::string end() {
    out_.append("}");
    return std::string(out_.view());
  }

  ObjectText() { out_.append("{"); }

 private:
  PaddedBuffer out_;
};

}  // namespace

Result<std::string> parameters_with_secrets(const Overrides& overrides) {
  document::Document parameters;
  if (Status read = document::read_json(overrides.parameters, parameters); !read)
    return std::move(read).error();
  ObjectText all;
  all.add_members(parameters.root(), {});
  ObjectText secrets;
  for (const auto& [name, source] : overrides.secrets) {
    const Result<std::string> secret = read_secret(name, source);
    if (!secret) return secret.error();
    if (!is_utf8(*secret))
      return Error(Code::failed_precondition,
                   "the secret " + name + " is not UTF-8; encode it, in base64 for example");
    secrets.add_text(name, *secret);
  }
  if (!overrides.secrets.empty()) all.add("secrets", secrets.end());
  std::string text = all.end();
  if (text.size() > kMostOverriddenBytes)
    return Error(Code::failed_precondition, "the parameters and secrets that are set for the model take " +
                                                std::to_string(text.size()) + " bytes; at most " +
                                                std::to_string(kMostOverriddenBytes) + " may");
  return text;
}

void apply(const Overrides& overrides, Manifest& manifest) {
  if (overrides.concurrency) manifest.limits.concurrency = *overrides.concurrency;
  if (overrides.queue) manifest.limits.queue = *overrides.queue;
  if (overrides.timeout) manifest.limits.timeout = *overrides.timeout;
  if (overrides.memory) manifest.limits.memory = overrides.memory;
  if (overrides.execution) manifest.execution = *overrides.execution;
  if (overrides.batch_size) {
    if (!manifest.batching) manifest.batching.emplace();
    manifest.batching->size = *overrides.batch_size;
    if (*overrides.batch_size == 1) manifest.batching.reset();
  }
  if (overrides.batch_delay && manifest.batching) manifest.batching->delay = *overrides.batch_delay;
  if (overrides.isolation) manifest.isolation = *overrides.isolation;
  if (overrides.least_workers) manifest.workers.least = *overrides.least_workers;
  if (overrides.most_workers) manifest.workers.most = *overrides.most_workers;
  if (manifest.needs_network) manifest.grants.network = overrides.grants.network;
  if (manifest.needs_files) manifest.grants.folders = overrides.grants.folders;
  if (manifest.workers.most != 0)
    manifest.workers.least = std::min(manifest.workers.least, manifest.workers.most);
}

Status check_needs(const Manifest& manifest) {
  std::string missing;
  if (manifest.needs_network && !manifest.grants.network) missing = "network: true";
  if (manifest.needs_files && manifest.grants.folders.empty())
    missing += std::string(missing.empty() ? "" : ", ") + "files: [FOLDER]";
  if (missing.empty()) return {};
  return Error(Code::failed_precondition,
               "the model needs what it is not granted here; if you trust it with that, set overrides: {" +
                   manifest.name + ": {grants: {" + missing + "}}} in the host's configuration");
}

Status apply_parameters(const std::string& parameters, Manifest& manifest) {
  document::Document over;
  if (Status read = document::read_json(parameters, over); !read) return read;
  ObjectText all;
  all.add_members(manifest.parameters.root(), over);
  all.add_members(over.root(), {});
  return document::read_json(all.end(), manifest.parameters);
}

}  // namespace slipway::model
