#include "authoring/csv.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::authoring;

namespace {

CsvTable table(std::string_view text) {
  Result<CsvTable> parsed = parse_csv(text, "data.csv");
  if (!parsed) FAIL(parsed.error().message);
  return std::move(*parsed);
}
std::string refusal(std::string_view text) {
  const Result<CsvTable> parsed = parse_csv(text, "data.csv");
  return parsed ? "taken" : parsed.error().message;
}

}  // namespace

TEST_CASE("records are read as RFC 4180 has them") {
  const CsvTable plain = table("a,b\n1,2\r\n3,\n");
  CHECK(plain.header == std::vector<std::string>{"a", "b"});
  REQUIRE(plain.records.size() == 2);
  CHECK(plain.records[0].fields == std::vector<std::string>{"1", "2"});
  CHECK(plain.records[1].fields == std::vector<std::string>{"3", ""});
  CHECK(plain.records[1].line == 3);
  CHECK(table("a,b\n1,2").records.size() == 1);
  CHECK(table("a").records.empty());
  CHECK(table("\xEF\xBB\xBF"
              "a\n1\n")
            .header.front() == "a");
}

TEST_CASE("quoted fields hold quotes, commas and line breaks") {
  const CsvTable quoted = table("a,b\n\"x,\"\"y\"\"\n z\",\"\"\n1,2\n");
  REQUIRE(quoted.records.size() == 2);
  CHECK(quoted.records[0].fields == std::vector<std::string>{"x,\"y\"\n z", ""});
  CHECK(quoted.records[1].line == 4);
}

TEST_CASE("what is no table is refused with its line") {
  CHECK(refusal("").find("data.csv:1: the file is empty") == 0);
  CHECK(refusal("a,b\n1\n") == "data.csv:2: there are 1 fields where the header has 2");
  CHECK(refusal("a,b\n1,2\n1,2,3\n").find("data.csv:3: there are 3 fields") == 0);
  CHECK(refusal("a,a\n").find("\"a\" is there twice") != std::string::npos);
  CHECK(refusal("a,\n").find("without a name") != std::string::npos);
  CHECK(refusal("a\n1\n\"open\n\n").find("data.csv:3: a quote that is opened here") == 0);
  CHECK(refusal("a\n1\"2\n").find("data.csv:2: a quote within a field") == 0);
  CHECK(refusal("a\n\"1\"2\n").find("data.csv:2: a comma or the end of the line") == 0);
  CHECK(refusal("a\n\xC3(\n").find("not UTF-8") != std::string::npos);
}
