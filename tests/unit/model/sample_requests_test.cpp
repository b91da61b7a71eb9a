#include "model/sample_requests.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "document/json_reader.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::model;

TEST_CASE("sample requests are golden ones, then different ones that the schema accepts") {
  TemporaryBundle bundle("");
  bundle.write("schemas/request.yaml",
               "type: object\nrequired: [value]\nproperties: {value: {type: number}}\n");
  bundle.write("tests/cases.yaml",
               "cases:\n"
               "  - {name: one, request: {value: 7}, response: {}}\n"
               "  - {name: again, request: {value: 7}, response: {}}\n"
               "  - {name: refused, request: {}, error: {status: 422}}\n");
  const Result<Bundle> opened = open_bundle(bundle.bundle());
  REQUIRE(opened.ok());
  const Result<std::vector<GoldenCase>> cases = read_cases(*opened);
  REQUIRE(cases.ok());
  const std::vector<std::string> requests = sample_requests(*opened, *cases, {.made_up = 10, .seed = 3});
  REQUIRE(requests.size() > 3);
  CHECK(requests.front() == R"({"value":7})");
  CHECK(std::set<std::string>(requests.begin(), requests.end()).size() == requests.size());
  for (const std::string& request : requests) {
    document::Document document;
    REQUIRE(document::read_json(request, document).ok());
    CHECK(opened->request.compiled.schema->accepts(document.root()));
  }
  CHECK(sample_requests(*opened, *cases, {.made_up = 10, .seed = 3}) == requests);
  CHECK(sample_requests(*opened, *cases, {.made_up = 0}) == std::vector<std::string>{R"({"value":7})"});
}
