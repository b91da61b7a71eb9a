#include "api/guarded.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "api/answers.hpp"

namespace slipway::api {
namespace {

using http::Exchange;
using http::RouteMatch;

http::RouteFunction guarded(http::RouteFunction function) {
  return [function = std::move(function)](Exchange& exchange, const RouteMatch& match) {
    try {
      function(exchange, match);
    } catch (const std::exception&) {
      exchange.response().clear();
      answer_busy(exchange, 503, "the host could not answer; most likely it is out of memory");
    }
  };
}

}  // namespace

void add_route(http::Router& router, http::Method method, std::string_view pattern,
               http::RouteFunction function) {
  if (const Status added = router.add(method, pattern, guarded(std::move(function))); !added) {
    std::fprintf(stderr, "slipway: a route of the host itself is broken: %s\n",
                 added.error().message.c_str());
    std::abort();
  }
}

}  // namespace slipway::api
