#include "authoring/data_rows.hpp"

#include <catch2/catch.hpp>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::authoring;

namespace {

constexpr const char* kSchema = R"(
type: object
properties:
  age: {$ref: '#/definitions/age'}
  zip: {type: string}
  member: {type: boolean}
  home: {type: object, properties: {rooms: {type: integer}}}
definitions:
  age: {allOf: [{type: number}]}
)";

struct Rows {
  TemporaryBundle bundle{""};

  Rows() { bundle.write("schemas/request.yaml", kSchema); }

  Result<std::vector<DataRow>> read(const std::string& file, const std::string& text,
                                    const std::string& more = {}) {
    bundle.write(file, text);
    bundle.write("tests/data.yaml", "data:\n  - {name: rows, file: " + file +
                                        ", target: y, prediction: /value, " + more +
                                        "metrics: {mae: {at_most: 1}}}\n");
    const Result<model::Bundle> opened = model::open_bundle(bundle.bundle());
    REQUIRE(opened.ok());
    const Result<std::vector<DataSet>> sets = read_data_sets(*opened);
    if (!sets) return sets.error();
    REQUIRE(sets->size() == 1);
    return read_rows(*opened, sets->front());
  }
  std::string refusal(const std::string& file, const std::string& text, const std::string& more = {}) {
    const Result<std::vector<DataRow>> rows = read(file, text, more);
    return rows ? "taken" : rows.error().message;
  }
};

}  // namespace

TEST_CASE("a cell becomes what the schema wants at its place") {
  Rows rows;
  const auto read = rows.read("tests/a.csv", "age,zip,member,y\n7,0123,true,1\n,,no,2.5\nold,1,false,x\n");
  if (!read) FAIL(read.error().message);
  REQUIRE(read->size() == 3);
  CHECK((*read)[0].request == R"({"age":7,"zip":"0123","member":true})");
  CHECK((*read)[0].target == "1");
  CHECK((*read)[0].place == "tests/a.csv:2");
  CHECK((*read)[1].request == R"({"member":"no"})");
  CHECK((*read)[2].request == R"({"age":"old","zip":"1","member":false})");
}

TEST_CASE("columns lead to members by pointers") {
  Rows rows;
  const auto read = rows.read("data/a.csv", "r,id,y\n3,9,1\n", "columns: {r: /home/rooms}, ");
  if (!read) FAIL(read.error().message);
  CHECK(read->front().request == R"({"home":{"rooms":3}})");
}

TEST_CASE("lines of JSON keep their values") {
  Rows rows;
  const auto read = rows.read("data/a.jsonl", "{\"age\":1.5,\"zip\":null,\"y\":2}\n\n{\"y\":\"b\"}\n");
  if (!read) FAIL(read.error().message);
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].request == R"({"age":1.5,"zip":null})");
  CHECK((*read)[1].place == "data/a.jsonl:3");
  CHECK((*read)[1].target == "b");
}

TEST_CASE("mistakes in a data set are named with their place") {
  Rows rows;
  CHECK(rows.refusal("data/a.csv", "age,z\n1,2\n").find("has no column \"y\"; it has age, z") !=
        std::string::npos);
  CHECK(rows.refusal("data/a.csv", "age,y\n").find("has no rows") != std::string::npos);
  CHECK(rows.refusal("data/a.csv", "age,y\n1,2\n", "columns: {b: /age}, ").find("data.yaml:2:") !=
        std::string::npos);
  CHECK(rows.refusal("data/a.jsonl", "{\"y\":1}\n[1]\n").find("data/a.jsonl:2: each line") == 0);
  CHECK(rows.refusal("data/a.jsonl", "{\"y\":1}\n{\n").find("data/a.jsonl:2:") == 0);
  CHECK(rows.refusal("../a.csv", "").find("lies in the bundle") != std::string::npos);
}
