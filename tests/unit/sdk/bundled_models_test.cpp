// Runs the golden cases of the models that ship with the project against their built plugins, through the
// bare C interface. What the schemas refuse is the host's to test.
#include <dlfcn.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "document/yaml_reader.hpp"
#include "slipway/testing.hpp"
#include "test_host.hpp"

using slipway::document::Value;
using slipway::test::Host;
using slipway::test::LoadedModel;
using slipway::test::Outcome;

namespace {

std::string bundle(const std::string& name) {
  return SLIPWAY_TEST_MODELS "/" + name;
}

struct Library {
  explicit Library(const std::string& path) : handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    INFO((handle == nullptr ? dlerror() : ""));
    REQUIRE(handle != nullptr);
  }
  ~Library() { dlclose(handle); }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  const slw_plugin& table() const {
    const auto* const found = static_cast<const slw_plugin*>(dlsym(handle, SLW_PLUGIN_SYMBOL));
    REQUIRE(found != nullptr);
    return *found;
  }

  void* handle;
};

slipway::document::Document read_cases(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  slipway::document::Document cases;
  slipway::document::SourceMap source(path);
  const slipway::Status read = slipway::document::read_yaml(text.str(), cases, source);
  INFO((read.ok() ? "" : read.error().message));
  REQUIRE(read.ok());
  return cases;
}

void check_same(Value actual, Value expected, double tolerance) {
  if (expected.is_number()) {
    REQUIRE(actual.is_number());
    CHECK(std::abs(actual.number() - expected.number()) <= tolerance);
  } else if (expected.is_object()) {
    REQUIRE(actual.size() == expected.size());
    for (std::uint32_t i = 0; i < expected.size(); ++i) {
      const slw_value* const member = actual.find(expected.key(i));
      REQUIRE(member != nullptr);
      check_same(Value(member), expected.member(i), tolerance);
    }
  } else if (expected.is_array()) {
    REQUIRE(actual.is_array());
    REQUIRE(actual.size() == expected.size());
    for (std::uint32_t i = 0; i < expected.size(); ++i)
      check_same(actual.element(i), expected.element(i), tolerance);
  } else {
    CHECK(slipway::document::equal(actual, expected));
  }
}

// Returns how many cases were answered.
int run(const std::string& name, const std::string& plugin) {
  const Library library(bundle(name) + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/" + plugin + ".so");
  const slw_plugin& table = library.table();
  CHECK(std::string(table.name) == name);
  CHECK(std::string(table.version) == "1.0.0");
  const Host host;
  LoadedModel model(table, host, "{}", bundle(name), "1.0.0");
  INFO(model.outcome.message);
  REQUIRE(model.outcome.status == SLW_OK);

  const auto memory = read_cases(bundle(name) + "/tests/golden.yaml");
  const Value root = memory.root();
  const slw_value* const tolerances = root.find("tolerance");
  const double tolerance = tolerances == nullptr ? 0 : Value(Value(tolerances).find("absolute")).number();
  const Value cases(root.find("cases"));
  int answered = 0;
  for (std::uint32_t i = 0; i < cases.size(); ++i) {
    const Value item = cases.element(i);
    INFO(Value(item.find("name")).text());
    const Value request(item.find("request"));
    const slw_value* const expected = item.find("response");
    const Outcome outcome = model.predict(request);
    if (expected != nullptr) {
      REQUIRE(outcome.status == SLW_OK);
      check_same(slipway::test::parse(outcome.json).root(), Value(expected), tolerance);
      ++answered;
      continue;
    }
    // A request that the schema would have refused may be answered here, but never by a failure of the model.
    CHECK((outcome.status == SLW_OK || outcome.status == SLW_INVALID_ARGUMENT));
  }
  return answered;
}

}  // namespace

TEST_CASE("identity-match meets its golden cases") {
  CHECK(run("identity-match", "identity_match") >= 20);
}

TEST_CASE("sum meets its golden cases") {
  CHECK(run("sum", "sum") >= 10);
}

TEST_CASE("breast-cancer meets its golden cases") {
  CHECK(run("breast-cancer", "breast_cancer") >= 20);
}

TEST_CASE("digits meets its golden cases") {
  CHECK(run("digits", "digits") >= 20);
}

TEST_CASE("digits answers to the last bit alike alone and in batches of any size") {
  const slipway::testing::Plugin plugin(bundle("digits") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/digits.so");
  slipway::testing::Options options;
  options.directory = bundle("digits");
  const slipway::testing::Instance model(plugin.table(), options);
  std::vector<std::string> requests;
  std::vector<slipway::testing::Answer> alone;
  for (int image = 0; image < 37; ++image) {
    std::string pixels = "{\"pixels\":[";
    for (int pixel = 0; pixel < 64; ++pixel)
      pixels += (pixel == 0 ? "" : ",") + std::to_string((image * 7 + pixel * pixel * 3) % 17);
    requests.push_back(pixels + "]}");
    alone.push_back(model.predict(requests.back()));
    REQUIRE(alone.back().ok());
  }
  for (std::size_t size = 1; size <= requests.size(); ++size) {
    const auto together = model.predict_batch(std::span(requests).first(size));
    for (std::size_t i = 0; i < size; ++i)
      CHECK(together[i].difference(slipway::testing::Expected(alone[i].response)).empty());
  }
}

TEST_CASE("digits says what is wrong with its weights") {
  const Library library(bundle("digits") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/digits.so");
  const Host host;
  const auto folder =
      std::filesystem::temp_directory_path() / ("slipway-network-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "data");
  const std::string file = (folder / "data" / "weights.bin").string();
  const std::string small(3 * 4, '\0');  // 1 x 2 weights, and a bias too few
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", ": expected \"slipway-mlp 1\""},
      {"slipway-mlp 2 64 10\n", ": expected \"slipway-mlp 1\""},
      {"slipway-mlp 1 64\n", ": expected \"slipway-mlp 1\""},
      {"slipway-mlp 1 64 0\n", ": expected \"slipway-mlp 1\""},
      {"slipway-mlp 1 64 x\n", ": expected \"slipway-mlp 1\""},
      {"slipway-mlp 1 1 2\n" + small, ": the file ends amid its weights"},
      {"slipway-mlp 1 1 2\n" + small + "\xff\xff\xff\x7f", ": a weight is not a finite number"},
      {"slipway-mlp 1 1 2\n" + small + small, ": there is more in the file"},
      {"slipway-mlp 1 1 2\n" + small + std::string(4, '\0'), ": not a network of 64 pixels and 10 digits"}};
  for (const auto& [text, message] : wrong) {
    std::ofstream(file, std::ios::binary) << text;
    const LoadedModel model(library.table(), host, "{}", folder.string());
    INFO(text);
    CHECK(model.outcome.status == SLW_FAILED);
    CHECK(model.outcome.message.substr(0, file.size() + message.size()) == file + message);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a sum beyond a double is refused with a reason") {
  const Library library(bundle("sum") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/sum.so");
  const Host host;
  LoadedModel model(library.table(), host);
  const Outcome outcome = model.predict("[1.7e308,1.7e308]");
  CHECK(outcome.status == SLW_INVALID_ARGUMENT);
  CHECK(outcome.message.find("more than a double can hold") != std::string::npos);
}

TEST_CASE("breast-cancer refuses weights and parameters that make no sense") {
  const Library library(bundle("breast-cancer") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/breast_cancer.so");
  const Host host;
  const auto refusal = [&](const std::string& parameters, const std::string& directory) {
    return LoadedModel(library.table(), host, parameters, directory).outcome.message;
  };
  CHECK(refusal(R"({"threshold":2})", bundle("breast-cancer")) ==
        "parameters/threshold: must be a probability, from 0 to 1");
  CHECK(refusal(R"({"threshold":"x"})", bundle("breast-cancer")) ==
        "parameters/threshold: expected a number, found a string");
  CHECK(refusal("{}", "/nowhere").starts_with("cannot open /nowhere/data/weights.txt: "));
}

TEST_CASE("breast-cancer says which line of its weights is wrong") {
  const Library library(bundle("breast-cancer") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/breast_cancer.so");
  const Host host;
  const auto folder =
      std::filesystem::temp_directory_path() / ("slipway-weights-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "data");
  const std::string file = (folder / "data" / "weights.txt").string();
  const std::string head = "# comment\nbreast-cancer-weights 1\n";
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"", ":0: expected \"breast-cancer-weights 1\""},
      {"breast-cancer-weights 2\n", ":1: expected \"breast-cancer-weights 1\""},
      {head + "intercept x\n", ":3: x: not a finite number"},
      {head + "intercept nan\n", ":3: nan: not a finite number"},
      {head + "intercept 1\nintercept 1\n", ":4: a second intercept"},
      {head + "feature a 1 0 1\n", ":3: the scale of a must be above 0"},
      {head + "feature a 1 1 1\nfeature a 1 1 1\n", ":4: a second feature a"},
      {head + "feature a 1 1\n", ":3: expected \"intercept NUMBER\""},
      {head + "feature a 1 1 1\n", ":3: the file ends without an intercept"},
      {head + "intercept 1\n", ":3: the file ends without a feature"}};
  for (const auto& [text, message] : wrong) {
    std::ofstream(file) << text;
    const LoadedModel model(library.table(), host, "{}", folder.string());
    INFO(text);
    CHECK(model.outcome.status == SLW_FAILED);
    CHECK(model.outcome.message.substr(0, file.size() + message.size()) == file + message);
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a built plugin answers a test by its path") {
  const slipway::testing::Plugin plugin(bundle("sum") + "/lib/" SLIPWAY_TEST_ARCHITECTURE "/sum.so");
  const slipway::testing::Instance model(plugin.table());
  CHECK(model.predict("[1,2,3.5]") == slipway::testing::json(R"({"sum":6.5})"));
}
