#include "slipway/value.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "test_host.hpp"

using slipway::InvalidArgument;
using slipway::Value;
using slipway::test::parse;

namespace {

// A document with a reader on it.
struct Read {
  explicit Read(std::string_view json) : memory(parse(json)), reader(memory.root().node()) {}
  explicit Read(slipway::document::Document&& built)
      : memory(std::move(built)), reader(memory.root().node()) {}
  Value root() const { return reader.root(); }

  slipway::document::Document memory;
  slipway::Document reader;
};

template <class T>
slipway::document::Document tensor(slw_type type, std::vector<std::uint64_t> shape,
                                   const std::vector<T>& data) {
  slipway::document::Document built;
  slipway::document::Builder builder;
  builder.start(built);
  REQUIRE(builder.begin_object());
  REQUIRE(builder.key("t"));
  REQUIRE(builder.tensor(type, shape, data.data()));
  REQUIRE(builder.end_object());
  REQUIRE(builder.finish().ok());
  return built;
}

// "POINTER: MESSAGE" of the refusal, "" where there is none.
template <class Access>
std::string refusal(const Access& access) {
  try {
    access();
  } catch (const InvalidArgument& error) {
    return error.pointer() + ": " + error.what();
  }
  return "";
}

std::vector<double> to_vector(std::span<const double> numbers) {
  return {numbers.begin(), numbers.end()};
}

std::vector<double> walk(Value array) {
  std::vector<double> numbers;
  for (const Value element : array) numbers.push_back(element.number());
  return numbers;
}

}  // namespace

TEST_CASE("scalars are read as what they are") {
  const Read read(R"({"n":null,"t":true,"f":false,"i":-7,"u":18446744073709551615,"d":1.5,"s":"é\u0000x"})");
  const Value root = read.root();
  CHECK(root["n"].is_null());
  CHECK(root["t"].boolean());
  CHECK_FALSE(root["f"].boolean());
  CHECK(root["i"].integer() == -7);
  CHECK(root["i"].number() == -7.0);
  CHECK(root["u"].number() == 18446744073709551616.0);
  CHECK(root["d"].number() == 1.5);
  CHECK(root["s"].text() == std::string_view("é\0x", 4));
  CHECK(root.size() == 7);
}

TEST_CASE("an integer is a number without a fraction that 64 bits hold") {
  const Read read(R"({"whole":3.0,"exponent":2e3,"fraction":2.5,"huge":1e19,"edge":9223372036854775808.0,
                      "low":-9223372036854775808,"lowest":-9223372036854775808.0,"u":9223372036854775808})");
  CHECK(read.root()["whole"].integer() == 3);
  CHECK(read.root()["exponent"].integer() == 2000);
  CHECK(read.root()["low"].integer() == INT64_MIN);
  CHECK(read.root()["lowest"].integer() == INT64_MIN);
  for (const char* const name : {"fraction", "huge", "edge", "u"}) {
    INFO(name);
    CHECK_THROWS_AS(read.root()[name].integer(), InvalidArgument);
  }
}

TEST_CASE("a value that is something else is refused with its pointer and without its content") {
  const Read read(R"({"a":{"b/c":[{"x~y":"secret"},7]},"list":[1,"two"],"o":{}})");
  const Value root = read.root();
  CHECK(refusal([&] { root["a"]["b/c"][0]["x~y"].number(); }) ==
        "/a/b~1c/0/x~0y: expected a number, found a string");
  CHECK(refusal([&] { root["a"]["b/c"][1].text(); }) == "/a/b~1c/1: expected a string, found an integer");
  CHECK(refusal([&] { root["list"][1].boolean(); }) == "/list/1: expected a boolean, found a string");
  CHECK(refusal([&] { root["o"].integer(); }) == "/o: expected an integer, found an object");
  CHECK(refusal([&] { root["o"].numbers(); }) == "/o: expected an array of numbers, found an object");
  CHECK(refusal([&] { root["list"].numbers(); }) == "/list/1: expected a number, found a string");
  CHECK(refusal([&] { root["list"].members(); }) == "/list: expected an object, found an array");
  CHECK(refusal([&] { root["o"].begin(); }) == "/o: expected an array, found an object");
  CHECK(refusal([&] { root["list"][0].size(); }) ==
        "/list/0: expected an array or an object, found an integer");
  CHECK(refusal([&] { root["o"].bytes(); }) == "/o: expected bytes, found an object");
  CHECK(refusal([&] { root.text(); }) == ": expected a string, found an object");
}

TEST_CASE("a member or an element that is not there is refused where it should be") {
  const Read read(R"({"o":{"x":1},"list":[1,2]})");
  CHECK(refusal([&] { read.root()["p"]; }) == ": the member \"p\" is missing");
  CHECK(refusal([&] { read.root()["o"]["y"]; }) == "/o: the member \"y\" is missing");
  CHECK(refusal([&] { read.root()["list"]["y"]; }) ==
        "/list: expected an object with the member \"y\", found an array");
  CHECK(refusal([&] { read.root()["list"][2]; }) == "/list: there is no element 2: the array has 2");
  CHECK(refusal([&] { read.root()["o"][0]; }) == "/o: expected an array, found an object");
  CHECK(refusal([&] { read.root()["o"]["x"].find("z"); }) == "/o/x: expected an object, found an integer");
}

TEST_CASE("a refused parameter is not the caller's fault") {
  const auto memory = parse(R"({"deep":{"threshold":"high"}})");
  const slipway::Document parameters(memory.root().node(), slipway::Document::Role::parameters);
  try {
    parameters.root()["deep"]["threshold"].number();
    FAIL("accepted");
  } catch (const slipway::BadParameter& error) {
    CHECK(error.status() == SLW_FAILED);
    CHECK(error.message() == "parameters/deep/threshold: expected a number, found a string");
  }
}

TEST_CASE("optional members") {
  const Read read(R"({"b":true,"i":3,"d":0.25,"s":"x","n":null,"big":300})");
  const Value root = read.root();
  CHECK(root.find("d")->number() == 0.25);
  CHECK_FALSE(root.find("missing").has_value());
  CHECK(root.value_or("b", false));
  CHECK(root.value_or("missing", true));
  CHECK(root.value_or("i", 9) == 3);
  CHECK(root.value_or("missing", 9) == 9);
  CHECK(root.value_or("d", 0.5) == 0.25);
  CHECK(root.value_or("i", 0.5) == 3.0);
  CHECK(root.value_or("n", 0.5) == 0.5);
  CHECK(root.value_or("s", "y") == "x");
  CHECK(root.value_or("missing", "y") == "y");
  CHECK(root.value_or("missing", std::string("owned")) == "owned");
  CHECK(refusal([&] { root.value_or("big", std::uint8_t{1}); }).starts_with("/big: "));
  CHECK(refusal([&] { root.value_or("s", 1.0); }) == "/s: expected a number, found a string");
}

TEST_CASE("members come in the order they were written, elements too") {
  const Read read(R"({"z":1,"a":2,"list":["x","y",{"k":3}]})");
  std::string seen;
  for (const auto& [key, value] : read.root().members())
    seen.append(key).append(value.is_array() ? "[]" : "=");
  CHECK(seen == "z=a=list[]");
  std::size_t elements = 0;
  for (const Value element : read.root()["list"]) elements += element.is_string() ? 1 : 10;
  CHECK(elements == 12);
  const Read nothing(R"({"list":[],"object":{}})");
  for (const Value element : nothing.root()["list"]) FAIL(element.kind_name());
  for (const auto& [key, value] : nothing.root()["object"].members()) FAIL(key);
}

TEST_CASE("a member of a wide object is found") {
  std::string json = "{";
  for (int i = 0; i < 100; ++i)
    json += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  const Read read(json + "}");
  for (int i = 0; i < 100; ++i) CHECK(read.root()["k" + std::to_string(i)].integer() == i);
}

TEST_CASE("the compiler's hash of a key is the document's") {
  const auto check = [](slipway::Key constant) {
    CHECK(constant.hash() == slw_key_hash(constant.text().data(), constant.text().size()));
  };
  constexpr slipway::Key kEmpty(""), kOne("a"), kTwo("ab"), kThree("abc"), kFour("abcd"), kSeven("abcdefg"),
      kEight("abcdefgh"), kLong("taggedLocation"), kUtf8("é\xc3\xbf");
  for (const slipway::Key& key : {kEmpty, kOne, kTwo, kThree, kFour, kSeven, kEight, kLong, kUtf8})
    check(key);
}

TEST_CASE("numbers reads every array of numbers, and a walk sees the same") {
  for (const char* const json :
       {"[1.5,2.5]", "[1,2,3]", "[1,0.5]", "[]", "[9223372036854775807,0.5]", "[18446744073709551615,1]",
        "[36893488147419103232,1]", "[-0,0]", "[9007199254740993,0.1]", "[1e308,-1e308,5e-324]"}) {
    INFO(json);
    const Read read(json);
    CHECK(to_vector(read.root().numbers()) == walk(read.root()));
    CHECK(read.root().numbers().size() == read.root().size());
  }
  CHECK(to_vector(Read("[1,2,3]").root().numbers()) == std::vector<double>{1, 2, 3});
  CHECK(std::signbit(Read("[-0.0]").root().numbers()[0]));
}

TEST_CASE("doubles in memory are not copied, and converted numbers stay") {
  const Read read(R"({"d":[1.5,2.5],"m":[1,2.5],"i":[1,2]})");
  CHECK(static_cast<const void*>(read.root()["d"].numbers().data()) == slw_payload(read.root()["d"].node()));
  CHECK(static_cast<const void*>(read.root()["m"].numbers().data()) == slw_payload(read.root()["m"].node()));
  CHECK(static_cast<const void*>(read.root()["i"].integers().data()) == slw_payload(read.root()["i"].node()));
  const auto first = read.root()["i"].numbers();
  for (int i = 0; i < 2000; ++i) (void)read.root()["i"].numbers();
  CHECK(to_vector(first) == std::vector<double>{1, 2});
}

TEST_CASE("integers") {
  CHECK(Read("[1,2]").root().integers()[1] == 2);
  CHECK(Read("[1,2.0]").root().integers()[1] == 2);
  CHECK(Read("[]").root().integers().empty());
  const Read read(R"({"x":[1,2.5]})");
  CHECK(refusal([&] { read.root()["x"].integers(); }) ==
        "/x/1: expected an integer of 64 bits, found a number");
}

TEST_CASE("rows of a nested array are read one by one") {
  const Read read("[[1.5,2],[3,4],[]]");
  CHECK(refusal([&] { read.root().numbers(); }) == "/0: expected a number, found an array");
  std::vector<double> all;
  for (const Value row : read.root())
    for (const double number : row.numbers()) all.push_back(number);
  CHECK(all == std::vector<double>{1.5, 2, 3, 4});
}

TEST_CASE("a tensor of rank 2 has a shape, rows and elements") {
  const Read read(tensor<double>(SLW_F64, {2, 3}, {1, 2, 3, 4, 5, 6}));
  const Value matrix = read.root()["t"];
  CHECK(matrix.shape().rank() == 2);
  CHECK(matrix.shape()[0] == 2);
  CHECK(matrix.shape()[1] == 3);
  CHECK(matrix.shape().count() == 6);
  CHECK(matrix.size() == 2);
  CHECK(to_vector(matrix.numbers()) == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(matrix.numbers().data() == matrix.tensor_data());
  CHECK(to_vector(matrix[1].numbers()) == std::vector<double>{4, 5, 6});
  CHECK(walk(matrix[1]) == std::vector<double>{4, 5, 6});
  CHECK(matrix[1][2].number() == 6);
  CHECK(refusal([&] { matrix[1][2].text(); }) == "/t/1/2: expected a string, found a number");
  CHECK(refusal([&] { matrix[1].text(); }) == "/t/1: expected a string, found an array");
  CHECK(refusal([&] { matrix[1][3]; }) == "/t/1: there is no element 3: the array has 3");
}

TEST_CASE("a tensor of rank 3 and another type") {
  std::vector<std::int16_t> data(2 * 3 * 4);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::int16_t>(i);
  const Read read(tensor<std::int16_t>(SLW_I16, {2, 3, 4}, data));
  const Value cube = read.root()["t"];
  CHECK(cube.element_type() == SLW_I16);
  CHECK(cube[1].shape().count() == 12);
  CHECK(cube[1][2].shape()[0] == 4);
  CHECK(cube[1][2][3].integer() == 23);
  CHECK(walk(cube[1][2]) == std::vector<double>{20, 21, 22, 23});
  CHECK(to_vector(cube[1][2].numbers()) == std::vector<double>{20, 21, 22, 23});
  CHECK(cube[0][1].integers()[0] == 4);
  CHECK(refusal([&] { cube[1][2][3].text(); }) == "/t/1/2/3: expected a string, found an integer");
}

TEST_CASE("a tensor of rank 0, one without elements, one of floats, one of booleans") {
  CHECK(Read(tensor<double>(SLW_F64, {0, 3}, {})).root()["t"].numbers().empty());
  CHECK(Read(tensor<double>(SLW_F64, {2, 0}, {})).root()["t"][1].numbers().empty());
  const Read floats(tensor<float>(SLW_F32, {2}, {0.5F, 0.1F}));
  CHECK(floats.root()["t"].numbers()[1] == static_cast<double>(0.1F));
  const Read booleans(tensor<std::uint8_t>(SLW_BOOL, {2}, {1, 0}));
  CHECK(booleans.root()["t"][0].boolean());
  CHECK(refusal([&] { booleans.root()["t"].numbers(); }) == "/t/0: expected a number, found a boolean");
}

TEST_CASE("the shape of an array is its size") {
  CHECK(Read("[[1],[2]]").root().shape()[0] == 2);
  CHECK(Read("[1.5,2]").root().shape().rank() == 1);
  CHECK(refusal([] { Read("{}").root().shape(); }) == ": expected an array, found an object");
  CHECK(refusal([] { Read("[\"x\"]").root().tensor_data(); }) == ": expected a tensor, found an array");
}
