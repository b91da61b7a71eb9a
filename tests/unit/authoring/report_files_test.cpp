#include "authoring/report_files.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::authoring;

namespace {

struct Silent : TestReport {
  Silent() : TestReport("a<b 1.0.0", {.out = nullptr}) {
    begin(TestKind::predictive);
    add({.name = "golden cases", .figure = "2 of 2"});
    begin(TestKind::contract);
    add({.name = "made-up requests",
         .findings = {{"is \"wrong\"\nat /a", "{\"a\":\"\x01\"}", "slipway & co"}}});
    add({.name = "others", .skipped = "no requests"});
  }
};

}  // namespace

TEST_CASE("a report as JSON has every check and finding") {
  const std::string json = report_as_json(Silent(), 7);
  CHECK(json.find(R"({"model":"a<b 1.0.0","passed":false,"findings":1,"seconds":)") == 0);
  CHECK(json.find(R"("seed":7,)") != std::string::npos);
  CHECK(json.find(R"({"kind":"contract","name":"made-up requests","outcome":"failed")") != std::string::npos);
  CHECK(json.find(
            R"({"what":"is \"wrong\"\nat /a","request":"{\"a\":\"\u0001\"}","command":"slipway & co"})") !=
        std::string::npos);
  CHECK(json.find(R"("skipped":"no requests")") != std::string::npos);
}

TEST_CASE("a report as JUnit XML escapes what XML cannot say") {
  const std::string xml = report_as_junit(Silent());
  CHECK(xml.find("<testsuites name=\"a&lt;b 1.0.0\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\"") !=
        std::string::npos);
  CHECK(xml.find("<testsuite name=\"contract\" tests=\"2\" failures=\"1\"") != std::string::npos);
  CHECK(xml.find("<failure message=\"is &quot;wrong&quot;\">is &quot;wrong&quot;&#10;at /a&#10;"
                 "request    {&quot;a&quot;:&quot;?&quot;}&#10;reproduce  slipway &amp; co&#10;</failure>") !=
        std::string::npos);
  CHECK(xml.find("<skipped message=\"no requests\"/>") != std::string::npos);
}
