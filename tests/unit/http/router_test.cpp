#include "http/router.hpp"

#include <catch2/catch.hpp>

#include "http/request_parser.hpp"

using namespace slipway;
using namespace slipway::http;

namespace {

// Answers with the pattern and the parameters.
void show(Exchange& exchange, const RouteMatch& match) {
  PaddedBuffer& body = exchange.response().body();
  body.append(match.pattern());
  for (std::size_t i = 0; i < match.parameter_count(); ++i) {
    body.append(" ");
    body.append(match.parameter(i));
  }
}

struct Answer {
  int status;
  std::string body;
  std::string headers;
};

Answer ask(Router& router, const std::string& method_and_path) {
  Exchange exchange(0);
  const Limits limits;
  RequestParser parser(limits, exchange.request());
  const std::string text = method_and_path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string_view input = text;
  REQUIRE(parser.feed(input) == RequestParser::Progress::complete);
  router.handle(exchange);
  const Response& response = exchange.response();
  return {response.status(), std::string(response.payload()), std::string(response.header_lines())};
}

Router make() {
  Router router;
  for (const char* pattern :
       {"/", "/models", "/models/{name}", "/models/{name}/versions/{version}", "/models/special",
        "/v1/models/{name}", "/v1/models/{name}/metadata", "/health/live"})
    CHECK(router.add(Method::get, pattern, show));
  for (const char* pattern :
       {"/models/{name}/predict", "/models/{name}/versions/{version}/predict", "/v1/models/{name}:predict",
        "/v1/models/{name}/versions/{version}:predict", "/models/special/predict", "/models/special/only"})
    CHECK(router.add(Method::post, pattern, show));
  CHECK(router.add(Method::post, "/models", show));
  return router;
}

}  // namespace

TEST_CASE("routes are found with their parameters") {
  Router router = make();
  CHECK(ask(router, "GET /").body == "/");
  CHECK(ask(router, "GET /models").body == "/models");
  CHECK(ask(router, "GET /models/iris").body == "/models/{name} iris");
  CHECK(ask(router, "GET /models/iris/versions/1.2.3?x=y").body ==
        "/models/{name}/versions/{version} iris 1.2.3");
  CHECK(ask(router, "POST /models/iris/predict").body == "/models/{name}/predict iris");
  CHECK(ask(router, "POST /models/iris/versions/1/predict").body ==
        "/models/{name}/versions/{version}/predict iris 1");
  CHECK(ask(router, "POST /models/%69ris/predict").body == "/models/{name}/predict iris");
}

TEST_CASE("literals go before parameters, and the search comes back from a dead end") {
  Router router = make();
  CHECK(ask(router, "GET /models/special").body == "/models/special");
  CHECK(ask(router, "POST /models/special/predict").body == "/models/special/predict");
  CHECK(ask(router, "GET /models/special/versions/2").body == "/models/{name}/versions/{version} special 2");
}

TEST_CASE("a parameter may end in a literal") {
  Router router = make();
  CHECK(ask(router, "POST /v1/models/iris:predict").body == "/v1/models/{name}:predict iris");
  CHECK(ask(router, "POST /v1/models/iris/versions/3:predict").body ==
        "/v1/models/{name}/versions/{version}:predict iris 3");
  CHECK(ask(router, "GET /v1/models/iris").body == "/v1/models/{name} iris");
  CHECK(ask(router, "POST /v1/models/:predict").status ==
        405);  // an empty name is none: this is a model called ":predict"
}

TEST_CASE("what is not there is 404, a wrong method 405 with Allow") {
  Router router = make();
  for (const char* path :
       {"GET /nope", "GET /models/", "GET /models//predict", "GET /models/a/b", "GET /health",
        "GET /health/live/", "OPTIONS *", "GET /a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r"}) {
    CAPTURE(path);
    CHECK(ask(router, path).status == 404);
  }
  const Answer wrong = ask(router, "DELETE /models");
  CHECK(wrong.status == 405);
  CHECK(wrong.headers == "Allow: GET, HEAD, POST\r\n");
  CHECK(wrong.body.find("\"status\":405") != std::string::npos);
  CHECK(ask(router, "BREW /models").status == 405);
}

TEST_CASE("HEAD is served by GET") {
  Router router = make();
  CHECK(ask(router, "HEAD /models").body == "/models");
  CHECK(ask(router, "HEAD /models/iris/predict").status == 405);
}

TEST_CASE("who answers the unmatched can be chosen") {
  Router router = make();
  router.set_unmatched(
      [](Exchange& exchange, int status, std::string_view) { exchange.response().set_status(status + 100); });
  CHECK(ask(router, "GET /nope").status == 504);
  CHECK(ask(router, "PUT /models").headers == "Allow: GET, HEAD, POST\r\n");
}

TEST_CASE("bad patterns are refused") {
  Router router = make();
  for (const char* pattern : {"", "models", "/{", "/a{b}", "/{a}{b}", "/{}", "/}", "/{a}/{b}/{c}/{d}/{e}",
                              "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"}) {
    CAPTURE(pattern);
    CHECK_FALSE(router.add(Method::get, pattern, show));
  }
  CHECK_FALSE(router.add(Method::head, "/x", show));
  CHECK(router.add(Method::get, "/models", show).error().code == Code::already_exists);
  CHECK(ask(router, "GET /a/b/c/d/e").status == 404);
}
