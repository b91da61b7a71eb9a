#include "api/models.hpp"

#include <string>

#include "api/accept.hpp"
#include "api/answers.hpp"
#include "api/json_body.hpp"
#include "base/units.hpp"
#include "serving/served_version.hpp"

namespace slipway::api {
namespace {

void write_limits(JsonBody& body, const model::ModelLimits& limits) {
  body.builder().key("limits");
  body.builder().begin_object();
  body.member("concurrency", limits.concurrency);
  body.member("queue", limits.queue);
  body.member("timeout", format_duration(limits.timeout));
  if (limits.memory) body.member("memory", format_size(*limits.memory));
  body.builder().end_object();
}

void write_links(JsonBody& body, const std::string& model) {
  const std::string base = "/models/" + model;
  body.builder().key("links");
  body.builder().begin_object();
  body.member("predict", base + "/predict");
  body.member("request_schema", base + "/schema/request");
  body.member("response_schema", base + "/schema/response");
  body.builder().end_object();
}

void write_versions(JsonBody& body, const model::Route& route) {
  body.builder().key("versions");
  body.builder().begin_array();
  for (const auto& [version, slot] : route.versions) {
    body.builder().begin_object();
    body.member("version", version);
    body.member("state", "serving");
    body.builder().key("labels");
    body.builder().begin_array();
    if (slot == route.stable) body.builder().string("stable");
    body.builder().end_array();
    body.builder().end_object();
  }
  body.builder().end_array();
}

void write_version(JsonBody& body, model::Slot& slot) {
  const model::ModelVersion& version = slot.version();
  const model::Manifest& manifest = version.manifest();
  serving::ServedVersion& served = serving::ServedVersion::of(slot);
  body.member("name", manifest.name);
  body.member("version", version.version());
  body.member("description", manifest.description);
  body.member("plugin_sha256", version.digest());
  body.member("execution", to_text(manifest.execution));
  body.member("runs", served.execution().runs_inline() ? "inline" : "pool");
  write_limits(body, manifest.limits);
  if (manifest.deprecation) {
    body.builder().key("deprecation");
    body.builder().begin_object();
    body.member("after", manifest.deprecation->after);
    if (!manifest.deprecation->successor.empty()) body.member("successor", manifest.deprecation->successor);
    body.builder().end_object();
  }
  write_links(body, manifest.name);
}

}  // namespace

model::Lease ModelsService::find(http::Exchange& exchange, std::string_view name,
                                 std::string_view version) const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  const model::Route* const route = table->find(name);
  model::Lease lease;
  if (route != nullptr) lease = model::Lease::of(version.empty() ? route->stable : route->find(version));
  if (!lease)
    answer_problem(
        exchange, 404,
        "no model \"" + std::string(name.substr(0, 100)) + "\"" +
            (version.empty() ? "" : " in version \"" + std::string(version.substr(0, 100)) + "\"") +
            " is served here; GET /models lists those that are");
  return lease;
}

void ModelsService::list(http::Exchange& exchange) const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  JsonBody body;
  body.builder().begin_object();
  body.builder().key("models");
  body.builder().begin_array();
  for (const auto& [name, route] : table->sorted()) {
    const model::Lease lease = model::Lease::of(route.stable);
    if (!lease) continue;
    body.builder().begin_object();
    body.member("name", name);
    body.member("version", lease.slot().version().version());
    body.member("description", lease.slot().version().manifest().description);
    write_versions(body, route);
    write_links(body, name);
    body.builder().end_object();
  }
  body.builder().end_array();
  body.builder().end_object();
  body.answer(exchange);
}

void ModelsService::describe(http::Exchange& exchange, std::string_view name,
                             std::string_view version) const {
  const model::Lease lease = find(exchange, name, version);
  if (!lease) return;
  JsonBody body;
  body.builder().begin_object();
  write_version(body, lease.slot());
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  if (const model::Route* const route = table->find(name); version.empty() && route != nullptr)
    write_versions(body, *route);
  body.builder().end_object();
  exchange.response().add_header("X-Model-Version", lease.slot().version().version());
  body.answer(exchange);
}

void ModelsService::schema(http::Exchange& exchange, std::string_view name, bool of_request) const {
  const model::Lease lease = find(exchange, name, {});
  if (!lease) return;
  const model::Bundle& bundle = lease.slot().version().bundle();
  const model::BundleSchema& schema = of_request ? bundle.request : bundle.response;
  exchange.response().add_header("X-Model-Version", lease.slot().version().version());
  exchange.response().add_header("Vary", "Accept");
  if (prefers_yaml(exchange.request().header("Accept").value_or(""))) {
    exchange.response().set_content_type("application/yaml");
    exchange.response().body().append(schema.yaml);
    return;
  }
  exchange.response().set_content_type("application/json");
  document::write_json(schema.document.root(), exchange.response().body());
}

}  // namespace slipway::api
