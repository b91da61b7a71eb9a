#include "api/service.hpp"

#include <cstdio>
#include <cstdlib>

#include "http/problem.hpp"

namespace slipway::api {
namespace {

using http::Exchange;
using http::Method;
using http::RouteMatch;

// A handler's own trouble (memory, most likely) is one failed request, never the end of the host.
http::RouteFunction guarded(http::RouteFunction function) {
  return [function = std::move(function)](Exchange& exchange, const RouteMatch& match) {
    try {
      function(exchange, match);
    } catch (const std::exception&) {
      exchange.response().clear();
      http::Problem problem;
      problem.status = 503;
      problem.detail = "the host could not answer; most likely it is out of memory";
      http::answer_problem(exchange, problem);
    }
  };
}

}  // namespace

void Service::add(Method method, std::string_view pattern, http::RouteFunction function) {
  if (const Status added = router_.add(method, pattern, guarded(std::move(function))); !added) {
    std::fprintf(stderr, "slipway: a route of the host itself is broken: %s\n",
                 added.error().message.c_str());
    std::abort();
  }
}

Service::Service(const model::RoutingTableOwner& tables, serving::Pool& pool, const PredictOptions& options)
    : predict_(tables, pool, options), models_(tables), health_(tables) {
  add(Method::post, "/models/{name}/predict", [this](Exchange& exchange, const RouteMatch& match) {
    predict_.predict(exchange, match.parameter(0));
  });
  add(Method::post, "/models/{name}/versions/{version}/predict",
      [this](Exchange& exchange, const RouteMatch& match) {
        predict_.predict_version(exchange, match.parameter(0), match.parameter(1));
      });
  add(Method::get, "/models", [this](Exchange& exchange, const RouteMatch&) { models_.list(exchange); });
  add(Method::get, "/models/{name}", [this](Exchange& exchange, const RouteMatch& match) {
    models_.describe(exchange, match.parameter(0), {});
  });
  add(Method::get, "/models/{name}/versions/{version}", [this](Exchange& exchange, const RouteMatch& match) {
    models_.describe(exchange, match.parameter(0), match.parameter(1));
  });
  add(Method::get, "/models/{name}/schema/request", [this](Exchange& exchange, const RouteMatch& match) {
    models_.schema(exchange, match.parameter(0), true);
  });
  add(Method::get, "/models/{name}/schema/response", [this](Exchange& exchange, const RouteMatch& match) {
    models_.schema(exchange, match.parameter(0), false);
  });
  add(Method::get, "/health/live", [this](Exchange& exchange, const RouteMatch&) { health_.live(exchange); });
  add(Method::get, "/health/ready",
      [this](Exchange& exchange, const RouteMatch&) { health_.ready(exchange); });
  add(Method::get, "/metrics", [this](Exchange& exchange, const RouteMatch&) { health_.metrics(exchange); });
}

}  // namespace slipway::api
