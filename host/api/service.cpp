#include "api/service.hpp"

#include <exception>

#include "api/answers.hpp"
#include "api/guarded.hpp"

namespace slipway::api {
namespace {

using http::Exchange;
using http::Method;
using http::RouteMatch;

}  // namespace

// Without keys a route is what it was: nothing is asked.
void Service::add(Method method, std::string_view pattern, http::RouteFunction function, Needs needs) {
  if (access_.keys != nullptr && needs != Needs::nothing)
    function = [keys = access_.keys, needs, function = std::move(function)](Exchange& exchange,
                                                                            const RouteMatch& match) {
      const bool of_model = needs == Needs::key_for_model;
      if (keys->admit(exchange, of_model ? match.parameter(0) : std::string_view()))
        function(exchange, match);
    };
  add_route(router_, method, pattern, std::move(function));
}

Service::Service(const model::RoutingTableOwner& tables, serving::Pool& pool, serving::ShadowRunner& shadows,
                 const PredictOptions& options, const Access& access)
    : access_(access),
      predict_(tables, pool, shadows, options),
      models_(tables),
      docs_(tables, access.keys == nullptr ? Callers::anyone : Callers::with_key),
      health_(tables) {
  add(Method::post, "/models/{name}/predict", [this](Exchange& exchange, const RouteMatch& match) {
    predict_.predict(exchange, match.parameter(0));
  });
  add(Method::post, "/models/{name}/versions/{version}/predict",
      [this](Exchange& exchange, const RouteMatch& match) {
        predict_.predict_version(exchange, match.parameter(0), match.parameter(1));
      });
  add(Method::post, "/models/{name}/labels/{label}/predict",
      [this](Exchange& exchange, const RouteMatch& match) {
        predict_.predict_label(exchange, match.parameter(0), match.parameter(1));
      });
  add(
      Method::get, "/models", [this](Exchange& exchange, const RouteMatch&) { models_.list(exchange); },
      Needs::any_key);
  add(Method::get, "/models/{name}", [this](Exchange& exchange, const RouteMatch& match) {
    models_.describe_model(exchange, match.parameter(0));
  });
  add(Method::get, "/models/{name}/versions/{version}", [this](Exchange& exchange, const RouteMatch& match) {
    models_.describe_version(exchange, match.parameter(0), match.parameter(1));
  });
  add(Method::get, "/models/{name}/schema/request", [this](Exchange& exchange, const RouteMatch& match) {
    models_.schema(exchange, match.parameter(0), true);
  });
  add(Method::get, "/models/{name}/schema/response", [this](Exchange& exchange, const RouteMatch& match) {
    models_.schema(exchange, match.parameter(0), false);
  });
  add(Method::get, "/models/{name}/openapi.json",
      [this](Exchange& exchange, const RouteMatch& match) { docs_.model(exchange, match.parameter(0), {}); });
  add(Method::get, "/models/{name}/versions/{version}/openapi.json",
      [this](Exchange& exchange, const RouteMatch& match) {
        docs_.model(exchange, match.parameter(0), match.parameter(1));
      });
  add(
      Method::get, "/openapi.json", [this](Exchange& exchange, const RouteMatch&) { docs_.all(exchange); },
      Needs::any_key);
  add(
      Method::get, "/docs", [this](Exchange& exchange, const RouteMatch&) { docs_.page(exchange); },
      Needs::nothing);  // it says nothing of the models, and asks for the key
  add(
      Method::get, "/health/live", [this](Exchange& exchange, const RouteMatch&) { health_.live(exchange); },
      Needs::nothing);
  add(
      Method::get, "/health/ready",
      [this](Exchange& exchange, const RouteMatch&) { health_.ready(exchange); }, Needs::nothing);
  add(
      Method::get, "/metrics", [this](Exchange& exchange, const RouteMatch&) { health_.metrics(exchange); },
      access.open_metrics ? Needs::nothing : Needs::any_key);
  if (access.keys != nullptr) health_.set_keys(*access.keys);
}

// Whatever takes a body needs a key.
bool Service::wants_body(Exchange& exchange) noexcept {
  if (access_.keys == nullptr || exchange.request().method() != Method::post) return true;
  try {
    return access_.keys->knows(exchange);
  } catch (const std::exception&) {
    answer_problem(exchange, 503, "the host could not answer; most likely it is out of memory");
    return false;
  }
}

}  // namespace slipway::api
