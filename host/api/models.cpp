#include "api/models.hpp"

#include <string>

#include "api/accept.hpp"
#include "api/json_body.hpp"
#include "api/lookup.hpp"
#include "api/version_list.hpp"
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
  if (manifest.batching) {
    body.builder().key("batching");
    body.builder().begin_object();
    body.member("size", manifest.batching->size);
    body.member("delay", format_duration(manifest.batching->delay));
    body.builder().end_object();
  }
  write_limits(body, manifest.limits);
  if (const auto* const notice = slot.deprecation()) write_deprecation(body, notice->deprecation);
  write_links(body, manifest.name);
}

}  // namespace

void ModelsService::list(http::Exchange& exchange) const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  JsonBody body;
  body.builder().begin_object();
  body.builder().key("models");
  body.builder().begin_array();
  for (const std::shared_ptr<const model::Route>& route : table->routes()) {
    const model::Lease lease = model::Lease::of(route->stable);
    if (!lease && route->sleeper({}, {}) == nullptr) continue;
    body.builder().begin_object();
    body.member("name", route->name);
    if (lease) {
      body.member("version", lease.slot().version().version());
      body.member("description", lease.slot().version().manifest().description);
    } else {
      body.member("version", route->sleeper({}, {})->version);
    }
    write_versions(body, *route);
    write_links(body, route->name);
    body.builder().end_object();
  }
  body.builder().end_array();
  body.builder().end_object();
  body.answer(exchange);
}

// Of a model of which nothing serves there is still to say why.
void ModelsService::describe_model(http::Exchange& exchange, std::string_view name) const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  const model::Route* const route = table->find(name);
  if (route == nullptr) return answer_not_found(exchange, name, {});
  const model::Lease lease = model::Lease::of(route->stable);
  JsonBody body;
  body.builder().begin_object();
  if (lease) {
    write_version(body, lease.slot());
    exchange.response().add_header("X-Model-Version", lease.slot().version().version());
  } else {
    body.member("name", route->name);
  }
  write_versions(body, *route);
  write_shadow(body, *route, audience_);
  body.builder().end_object();
  body.answer(exchange);
}

void ModelsService::describe_version(http::Exchange& exchange, std::string_view name,
                                     std::string_view version) const {
  const Found found = find_version(exchange, tables_, name, version);
  if (!found) return;
  const model::Lease& lease = found.lease;
  JsonBody body;
  body.builder().begin_object();
  write_version(body, lease.slot());
  body.builder().end_object();
  exchange.response().add_header("X-Model-Version", lease.slot().version().version());
  body.answer(exchange);
}

void ModelsService::schema(http::Exchange& exchange, std::string_view name, bool of_request) const {
  const Found found = find_version(exchange, tables_, name, {});
  if (!found) return;
  const model::Lease& lease = found.lease;
  const model::Bundle& bundle = lease.slot().version().bundle();
  const model::SchemaFile& schema = of_request ? bundle.request : bundle.response;
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
