#include "api/openapi.hpp"

#include <array>
#include <limits>

#include "document/builder.hpp"
#include "document/copy.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "schema/example.hpp"
#include "schema/openapi_schemas.hpp"

namespace slipway::api {
namespace {

using Schemas = schema::OpenApiSchemas;

// An example is a help, and not worth holding up others for.
constexpr schema::ExampleOptions kExample{.values = 1'000, .length = 10'000, .steps = 5'000};
constexpr std::string_view kRequestId = "X-Request-Id";
constexpr std::string_view kRequestTimeout = "X-Request-Timeout-Ms";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kProblemJson = "application/problem+json";

struct Refusal {
  std::string_view status;
  std::string_view description;
  bool retry;            // with Retry-After
  bool of_keys = false;  // only where callers need one
};
constexpr std::array<Refusal, 11> kRefusals{{
    {"400", "The body is not JSON, has duplicate keys or passes a limit; or a header is malformed.", false},
    {"401", "There is no key with the request, or not one that is known here.", false, true},
    {"403", "The key is not for this model.", false, true},
    {"404", "No such model or version is served.", false},
    {"413", "The body is too large.", false},
    {"415", "The body is not JSON by its Content-Type, or not UTF-8.", false},
    {"422",
     "The request breaks the model's request schema, or the model refuses a value: `errors` says where.",
     false},
    {"429", "The model's queue is full, or the caller's key has used up its rate of requests.", true},
    {"500", "The model failed, or its response breaks its own schema.", false},
    {"503", "The host or the model cannot answer now.", true},
    {"504", "The deadline passed.", false},
}};

constexpr std::string_view kComponents = R"~~~({
"parameters": {
  "label": {"name": "label", "in": "path", "required": true,
    "description": "A name that the operator moves from version to version, such as stable.",
    "schema": {"type": "string"}, "example": "stable"},
  "X-Request-Id": {"name": "X-Request-Id", "in": "header",
    "description": "The caller's name for this request: 1 to 128 visible ASCII characters. Comes back, and is in the log.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128}},
  "X-Request-Timeout-Ms": {"name": "X-Request-Timeout-Ms", "in": "header",
    "description": "How many milliseconds the caller waits, where that is shorter than the model's own timeout.",
    "schema": {"type": "integer", "minimum": 1}}},
"headers": {
  "Deprecation": {"description": "Since when the version is deprecated (RFC 9745).", "schema": {"type": "string"}},
  "Sunset": {"description": "When the version may be gone, if that is known (RFC 8594).", "schema": {"type": "string"}},
  "X-Request-Id": {"description": "The caller's, else one of the host's own.", "schema": {"type": "string"}},
  "X-Model-Version": {"description": "The version that answered.", "schema": {"type": "string"}},
  "Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}}},
"securitySchemes": {
  "bearer": {"type": "http", "scheme": "bearer", "description": "A key that the host's operator gives out: `Authorization: Bearer KEY`."},
  "header": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same key, for callers who cannot set Authorization."}},
"problem": {
  "title": "Problem", "description": "Why there is no answer (RFC 9457).",
  "type": "object", "required": ["type", "title", "status", "detail", "request_id"],
  "properties": {
    "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
    "detail": {"description": "What is wrong, and how to mend it.", "type": "string"},
    "request_id": {"type": "string"},
    "errors": {"description": "Where single values are at fault.", "type": "array", "items": {
      "type": "object", "required": ["pointer", "keyword", "message"],
      "properties": {
        "pointer": {"description": "JSON pointer into the request.", "type": "string"},
        "keyword": {"description": "The schema keyword that refuses the value.", "type": "string"},
        "message": {"type": "string"}}}}}}
})~~~";

document::Limits generous() {
  document::Limits limits;
  limits.depth = document::Limits::kMostDepth;
  limits.nodes = std::numeric_limits<std::uint32_t>::max();
  return limits;
}

class Writer {
 public:
  explicit Writer(Callers callers) : with_key_(callers == Callers::with_key), builder_(generous()) {
    builder_.start(document_);
  }

  Result<std::string> write(std::span<const DescribedVersion> versions, std::string_view title,
                            std::string_view version, std::string_view description) {
    if (Status read = document::read_json(kComponents, fixed_); !read) return std::move(read).error();
    object([&] {
      member("openapi", "3.1.0");
      member("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema");
      object("info", [&] {
        member("title", title);
        member("version", version);
        if (!description.empty()) member("description", description);
      });
      array("servers", [&] { object([&] { member("url", "/"); }); });
      write_security();
      write_tags(versions);
      object("paths", [&] {
        for (const DescribedVersion& each : versions) write_paths(each);
      });
      object("components", [&] { write_components(versions); });
    });
    if (Status finished = builder_.finish(); !finished) return std::move(finished).error();
    return document::to_json(document_.root());
  }

 private:
  template <class Fill>
  void object(Fill&& fill) {
    builder_.begin_object();
    fill();
    builder_.end_object();
  }
  template <class Fill>
  void object(std::string_view key, Fill&& fill) {
    builder_.key(key);
    object(fill);
  }
  template <class Fill>
  void array(std::string_view key, Fill&& fill) {
    builder_.key(key);
    builder_.begin_array();
    fill();
    builder_.end_array();
  }
  void flag(std::string_view key) {
    builder_.key(key);
    builder_.boolean(true);
  }
  void member(std::string_view key, std::string_view text) {
    builder_.key(key);
    builder_.string(text);
  }
  void reference(std::string_view key, std::string_view target) {
    object(key, [&] { member("$ref", target); });
  }
  void copy(std::string_view key, document::Value value) {
    builder_.key(key);
    document::copy_value(value, builder_);
  }

  // Either way of sending a key will do.
  void write_security() {
    array("security", [&] {
      if (!with_key_) return;
      for (const std::string_view scheme : {"bearer", "header"}) object([&] { array(scheme, [] {}); });
    });
  }

  bool happens(const Refusal& refusal) const { return with_key_ || !refusal.of_keys; }

  void write_tags(std::span<const DescribedVersion> versions) {
    array("tags", [&] {
      for (const DescribedVersion& each : versions)
        object([&] {
          const model::Manifest& manifest = each.bundle->manifest;
          member("name", manifest.name);
          if (!manifest.description.empty()) member("description", manifest.description);
        });
    });
  }

  void write_paths(const DescribedVersion& described) {
    const std::string& name = described.bundle->manifest.name;
    const std::string& version = described.bundle->manifest.version.text();
    const std::string base = "/models/" + name;
    write_path(described, base + "/predict", "predict-" + name, "Ask " + name + " for a prediction", {});
    write_path(described, base + "/versions/" + version + "/predict", "predict-" + name + "-" + version,
               "Ask version " + version + ", whichever is stable", {});
    write_path(described, base + "/labels/{label}/predict", "predict-" + name + "-by-label",
               "Ask the version that has a label", "label");
  }

  void write_path(const DescribedVersion& described, const std::string& path, const std::string& id,
                  const std::string& summary, std::string_view path_parameter) {
    const model::Bundle& bundle = *described.bundle;
    object(path, [&] {
      object("post", [&] {
        member("operationId", id);
        member("summary", summary);
        array("tags", [&] { builder_.string(bundle.manifest.name); });
        if (described.deprecated) flag("deprecated");
        array("parameters", [&] {
          for (const std::string_view parameter : {path_parameter, kRequestId, kRequestTimeout})
            if (!parameter.empty())
              object([&] { member("$ref", "#/components/parameters/" + std::string(parameter)); });
        });
        object("requestBody", [&] {
          flag("required");
          write_content(bundle.manifest.name + ".request", bundle.request);
        });
        object("responses", [&] { write_responses(bundle, described.deprecated); });
      });
    });
  }

  void write_responses(const model::Bundle& bundle, bool deprecated) {
    object("200", [&] {
      member("description", "The model's answer.");
      object("headers", [&] {
        reference("X-Request-Id", "#/components/headers/X-Request-Id");
        reference("X-Model-Version", "#/components/headers/X-Model-Version");
        if (!deprecated) return;
        reference("Deprecation", "#/components/headers/Deprecation");
        reference("Sunset", "#/components/headers/Sunset");
      });
      write_content(bundle.manifest.name + ".response", bundle.response);
    });
    for (const Refusal& refusal : kRefusals)
      if (happens(refusal))
        reference(refusal.status, "#/components/responses/" + std::string(refusal.status));
  }

  void write_content(const std::string& component, const model::SchemaFile& file) {
    const Result<document::Document> example = schema::example(*file.compiled.schema, kExample);
    object("content", [&] {
      object(kJson, [&] {
        reference("schema", std::string(Schemas::kPrefix) + component);
        if (example) copy("example", example->root());
      });
    });
  }

  void write_components(std::span<const DescribedVersion> versions) {
    const document::Value fixed = fixed_.root();
    copy("parameters", document::Value(fixed.find("parameters")));
    copy("headers", document::Value(fixed.find("headers")));
    if (with_key_) copy("securitySchemes", document::Value(fixed.find("securitySchemes")));
    object("responses", [&] {
      for (const Refusal& refusal : kRefusals)
        if (happens(refusal)) object(refusal.status, [&] { write_refusal(refusal); });
    });
    object("schemas", [&] {
      copy("Problem", document::Value(fixed.find("problem")));
      for (const DescribedVersion& each : versions) write_schemas(*each.bundle);
    });
  }

  void write_refusal(const Refusal& refusal) {
    member("description", refusal.description);
    object("headers", [&] {
      reference("X-Request-Id", "#/components/headers/X-Request-Id");
      if (refusal.retry) reference("Retry-After", "#/components/headers/Retry-After");
    });
    object("content", [&] {
      object(kProblemJson, [&] { reference("schema", std::string(Schemas::kPrefix) + "Problem"); });
    });
  }

  void write_schemas(const model::Bundle& bundle) {
    Schemas schemas;
    const model::ReferredFiles request_files(bundle.request);
    const model::ReferredFiles response_files(bundle.response);
    const auto add = [&](const char* which, const model::SchemaFile& file,
                         const model::ReferredFiles& files) {
      schema::CompileOptions options;
      options.resolver = &files;
      options.base_uri = file.path;
      schemas.add(bundle.manifest.name + which, file.document.root(), options);
    };
    add(".request", bundle.request, request_files);
    add(".response", bundle.response, response_files);
    schemas.write(builder_);
  }

  const bool with_key_;
  document::Document fixed_;  // kComponents
  document::Document document_;
  document::Builder builder_;
};

}  // namespace

Result<std::string> openapi(const DescribedVersion& version, Callers callers) {
  const model::Manifest& manifest = version.bundle->manifest;
  return Writer(callers).write({&version, 1}, manifest.name, manifest.version.text(), manifest.description);
}

Result<std::string> openapi(std::span<const DescribedVersion> versions, Callers callers) {
  return Writer(callers).write(versions, "Slipway", SLIPWAY_VERSION,
                               "The models that this host serves, in their stable versions.");
}

}  // namespace slipway::api
