#include "api/admin.hpp"

#include <vector>

#include "api/admin_query.hpp"
#include "api/answers.hpp"
#include "api/guarded.hpp"
#include "api/json_body.hpp"
#include "api/operation_report.hpp"
#include "api/version_list.hpp"
#include "document/json_reader.hpp"

namespace slipway::api {

namespace {

using http::Exchange;
using http::Method;
using http::RouteMatch;
using lifecycle::Operation;

constexpr Nanoseconds kFollowTime = 30 * kSecond;

void answer_unread(Exchange& exchange, const Error& error) {
  if (error.code == Code::unavailable) return answer_busy(exchange, 503, error.message);
  answer_problem(exchange, 500, error.message);
}

}  // namespace

AdminService::AdminService(lifecycle::Operations& operations, lifecycle::Control& control,
                           const model::RoutingTableOwner& tables)
    : operations_(operations), control_(control), tables_(tables), models_(tables, Audience::operators) {
  for (AdminCommand& command : admin_commands(control)) add_command(std::move(command));
  add(Method::get, "/operations/{id}",
      [this](Exchange& exchange, const RouteMatch& match) { follow(exchange, match.parameter(0)); });
  add(Method::get, "/status", [this](Exchange& exchange, const RouteMatch&) { status(exchange); });
  add(Method::get, "/history", [this](Exchange& exchange, const RouteMatch&) { history(exchange); });
  add(Method::get, "/versions", [this](Exchange& exchange, const RouteMatch&) { versions(exchange); });
  add(Method::get, "/models/{name}", [this](Exchange& exchange, const RouteMatch& match) {
    models_.describe_model(exchange, match.parameter(0));
  });
}

void AdminService::add(Method method, std::string_view pattern, http::RouteFunction function) {
  add_route(router_, method, pattern, std::move(function));
}

// The body as a document that satisfies the command's schema; where it does not, the answer says why.
void AdminService::add_command(AdminCommand command) {
  const auto shared = std::make_shared<const AdminCommand>(std::move(command));
  add(Method::post, shared->pattern, [this, shared](Exchange& exchange, const RouteMatch& match) {
    if (exchange.request().body().empty()) exchange.request().body().append("{}");
    document::Document body;
    document::JsonReader reader;
    if (const Status read = reader.read(exchange.request().body(), body); !read)
      return answer_problem(exchange, 400, read.error().message);
    if (!shared->schema->accepts(body.root()))
      return answer_violations(exchange, "the request does not satisfy the command's schema",
                               shared->schema->explain(body.root()));
    AdminJob job = shared->job(match.parameter_count() == 0 ? "" : std::string(match.parameter(0)),
                               body.root(), std::string(exchange.request().peer()));
    start(exchange, std::move(job), shared->pace);
  });
}

void AdminService::start(Exchange& exchange, AdminJob job, lifecycle::Operations::Pace pace) {
  const std::shared_ptr<Operation> operation =
      operations_.start(std::move(job.what), std::move(job.work), pace);
  if (operation == nullptr) {
    const std::string why = operations_.why_closed();
    return answer_busy(exchange, 503,
                       why.empty() ? "too many commands wait for their turn; try again later" : why);
  }
  JsonBody body;
  body.builder().begin_object();
  body.member("operation", operation->id());
  body.member("what", operation->what());
  body.builder().end_object();
  body.answer(exchange);
  exchange.response().set_status(202);
}

void AdminService::follow(Exchange& exchange, std::string_view id) {
  const std::shared_ptr<Operation> operation = operations_.find(to_number(id).value_or(0));
  if (operation == nullptr)
    return answer_problem(exchange, 404, "there is no such operation; only the last ones are remembered");
  const std::size_t seen = static_cast<std::size_t>(query_number(exchange, "after").value_or(0));
  auto report = std::make_shared<OperationReport>(operation, seen);
  exchange.defer(report, monotonic_now() + kFollowTime);
  operation->when_more_than(seen, [report] { report->complete(); });
}

void AdminService::status(Exchange& exchange) {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  JsonBody body;
  body.builder().begin_object();
  body.builder().key("models");
  body.builder().begin_array();
  for (const std::shared_ptr<const model::Route>& route : table->routes()) {
    body.builder().begin_object();
    body.member("name", route->name);
    write_versions(body, *route);
    write_shadow(body, *route, Audience::callers);
    body.builder().end_object();
  }
  body.builder().end_array();
  body.builder().end_object();
  body.answer(exchange);
}

void AdminService::history(Exchange& exchange) {
  lifecycle::HistoryFilter filter;
  filter.model = query_text(exchange, "model");
  filter.label = query_text(exchange, "label");
  if (const auto limit = query_number(exchange, "limit"))
    filter.limit = static_cast<std::size_t>(std::min<std::uint64_t>(*limit, 10'000));
  const Result<std::vector<lifecycle::Decision>> decisions = control_.history(filter);
  if (!decisions) return answer_unread(exchange, decisions.error());
  JsonBody body;
  body.builder().begin_object();
  body.builder().key("decisions");
  body.builder().begin_array();
  for (const lifecycle::Decision& each : *decisions) {
    body.builder().begin_object();
    body.member("id", static_cast<std::uint64_t>(each.id));
    body.member("at", utc_text(each.at / kMillisecond));
    body.member("by", each.by);
    body.member("action", lifecycle::to_text(each.action));
    body.member("outcome", lifecycle::to_text(each.outcome));
    for (const auto& [key, text] :
         {std::pair("model", &each.model), std::pair("label", &each.label), std::pair("from", &each.from),
          std::pair("to", &each.to), std::pair("why", &each.why), std::pair("details", &each.details)})
      if (!text->empty()) body.member(key, *text);
    if (each.allow_breaking) {
      body.builder().key("allow_breaking");
      body.builder().boolean(true);
    }
    body.builder().end_object();
  }
  body.builder().end_array();
  body.builder().end_object();
  body.answer(exchange);
}

void AdminService::versions(Exchange& exchange) {
  const Result<std::vector<lifecycle::PublishedVersion>> versions = control_.versions();
  if (!versions) return answer_unread(exchange, versions.error());
  JsonBody body;
  body.builder().begin_object();
  body.builder().key("versions");
  body.builder().begin_array();
  for (const lifecycle::PublishedVersion& each : *versions) {
    body.builder().begin_object();
    body.member("model", each.model);
    body.member("version", each.version);
    body.member("digest", each.digest);
    body.member("bytes", each.bytes);
    body.member("state", lifecycle::to_text(each.state));
    body.member("published_at", utc_text(each.published_at / kMillisecond));
    body.member("published_by", each.published_by);
    if (each.deprecation) write_deprecation(body, *each.deprecation);
    body.builder().end_object();
  }
  body.builder().end_array();
  body.builder().end_object();
  body.answer(exchange);
}

}  // namespace slipway::api
