#include "slipway/model.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <new>
#include <stdexcept>

#include "test_host.hpp"

using slipway::test::Host;
using slipway::test::LoadedModel;
using slipway::test::Outcome;

namespace {

class Doubler {
 public:
  explicit Doubler(const slipway::Setup&) {}
  void predict(slipway::Request request, slipway::Response& response) const {
    response.object([&](auto& out) { out["value"] = 2 * request["value"].number(); });
  }
};

// Does in the constructor or in predict what a test tells it to.
std::function<void(const slipway::Setup&)> on_create;
std::function<void(slipway::Request, slipway::Response&, const slipway::Context&)> on_predict;
int alive = 0;

class Scripted {
 public:
  explicit Scripted(const slipway::Setup& setup) {
    if (on_create) on_create(setup);
    ++alive;
  }
  Scripted(const Scripted&) = delete;
  Scripted& operator=(const Scripted&) = delete;
  ~Scripted() { --alive; }
  void predict(slipway::Request request, slipway::Response& response, const slipway::Context& context) const {
    if (on_predict) on_predict(request, response, context);
  }
};

struct NotConst {
  explicit NotConst(const slipway::Setup&) {}
  void predict(slipway::Request, slipway::Response&) {}
};
struct Silent {
  explicit Silent(const slipway::Setup&) {}
};
static_assert(slipway::detail::Predicts<Doubler> && !slipway::detail::PredictsWithContext<Doubler>);
static_assert(slipway::detail::PredictsWithContext<Scripted> &&
              !slipway::detail::PredictsOnlyMutable<Scripted>);
static_assert(slipway::detail::PredictsOnlyMutable<NotConst>);
static_assert(!slipway::detail::PredictsOnlyMutable<Silent> && !slipway::detail::Predicts<Silent>);

const slw_plugin kScripted = slipway::detail::plugin_table<Scripted>("scripted", "");

Outcome create(std::function<void(const slipway::Setup&)> action, std::string_view parameters = "{}",
               const std::string& directory = "/nowhere") {
  on_create = std::move(action);
  const Host host;
  LoadedModel model(kScripted, host, parameters, directory);
  on_create = nullptr;
  return model.outcome;
}

Outcome predict(std::function<void(slipway::Request, slipway::Response&, const slipway::Context&)> action,
                std::string_view request = "{}", std::string_view parameters = "{}") {
  on_predict = std::move(action);
  const Host host;
  LoadedModel model(kScripted, host, parameters);
  Outcome outcome = model.predict(request);
  on_predict = nullptr;
  return outcome;
}

}  // namespace

SLIPWAY_PLUGIN(Doubler)

TEST_CASE("the exported table says what the plugin is") {
  CHECK(slipway_plugin_v0.size == sizeof(slw_plugin));
  CHECK(slipway_plugin_v0.abi_minor == SLW_ABI_MINOR);
  CHECK(std::string(slipway_plugin_v0.sdk_version) == SLW_SDK_VERSION);
  CHECK(std::string(slipway_plugin_v0.name) == "doubler");
  CHECK(std::string(slipway_plugin_v0.version) == "1.2.3");
}

TEST_CASE("a model answers") {
  const Host host;
  LoadedModel model(slipway_plugin_v0, host);
  REQUIRE(model.outcome.status == SLW_OK);
  CHECK(model.predict(R"({"value":21})").json == R"({"value":42.0})");
  const Outcome refused = model.predict(R"({"value":"x"})");
  CHECK(refused.status == SLW_INVALID_ARGUMENT);
  CHECK(refused.pointer == "/value");
  CHECK(refused.message == "expected a number, found a string");
}

TEST_CASE("a constructor that throws becomes a status, and nothing is left") {
  const Outcome standard = create([](auto&) { throw std::runtime_error("no weights"); });
  CHECK(standard.status == SLW_FAILED);
  CHECK(standard.message == "no weights");
  CHECK(create([](auto&) { throw 7; }).status == SLW_FAILED);
  CHECK(create([](auto&) { throw std::bad_alloc(); }).status == SLW_UNAVAILABLE);
  CHECK(create([](auto&) { throw slipway::Unavailable("busy"); }).status == SLW_UNAVAILABLE);
  const Outcome invalid =
      create([](auto&) { throw slipway::InvalidArgument("/threshold", "must be below 1"); });
  CHECK(invalid.status == SLW_INVALID_ARGUMENT);
  CHECK(invalid.message == "parameters/threshold: must be below 1");
  CHECK(alive == 0);
}

TEST_CASE("a parameter of the wrong kind is named") {
  const auto read = [](const slipway::Setup& setup) { (void)setup.parameters()["threshold"].number(); };
  CHECK(create(read, R"({"threshold":0.5})").status == SLW_OK);
  CHECK(create(read, R"({"threshold":"x"})").message ==
        "parameters/threshold: expected a number, found a string");
  CHECK(create(read, "{}").message == "parameters: the member \"threshold\" is missing");
}

TEST_CASE("a prediction that throws becomes a status") {
  const Outcome standard = predict([](auto, auto&, auto&) { throw std::logic_error("broken"); });
  CHECK(standard.status == SLW_FAILED);
  CHECK(standard.message == "broken");
  const Outcome odd = predict([](auto, auto&, auto&) { throw 7; });
  CHECK(odd.status == SLW_FAILED);
  CHECK(odd.message == "the model threw something that is not a std::exception");
  const Outcome invalid =
      predict([](auto, auto&, auto&) { throw slipway::InvalidArgument("/a/0", "too small"); });
  CHECK(invalid.status == SLW_INVALID_ARGUMENT);
  CHECK(invalid.pointer == "/a/0");
  CHECK(invalid.message == "too small");
  const Outcome memory = predict([](auto, auto&, auto&) { throw std::bad_alloc(); });
  CHECK(memory.status == SLW_UNAVAILABLE);
  CHECK(memory.message == "the model ran out of memory");
  CHECK(predict([](auto, auto&, auto&) { throw slipway::Unavailable("warming up"); }).message ==
        "warming up");
  CHECK(alive == 0);
}

TEST_CASE("a parameter that predict cannot read is the model's fault") {
  const Outcome outcome =
      predict([](auto, auto&, auto& context) { context.parameters()["x"].text(); }, "{}", R"({"x":1})");
  CHECK(outcome.status == SLW_FAILED);
  CHECK(outcome.pointer.empty());
  CHECK(outcome.message == "parameters/x: expected a string, found an integer");
}

TEST_CASE("the constructor knows the model") {
  CHECK(create([](const slipway::Setup& setup) {
          CHECK(setup.name() == "doubler");
          CHECK(setup.version() == "1.2.3");
          CHECK(setup.directory() == "/nowhere");
          CHECK(setup.path("data/w.txt") == "/nowhere/data/w.txt");
        }).status == SLW_OK);
}

TEST_CASE("a data file is opened, or its absence has a path and a reason") {
  const auto folder = std::filesystem::temp_directory_path() / ("slipway-sdk-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "data");
  std::ofstream(folder / "data" / "w.txt") << "12";
  int weight = 0;
  const auto read = [&](const slipway::Setup& setup) { setup.open("data/w.txt") >> weight; };
  CHECK(create(read, "{}", folder.string()).status == SLW_OK);
  CHECK(weight == 12);
  std::filesystem::remove_all(folder);
  const Outcome missing = create(read, "{}", folder.string());
  CHECK(missing.status == SLW_FAILED);
  CHECK(missing.message == "cannot open " + folder.string() + "/data/w.txt: No such file or directory");
}

TEST_CASE("logging and metrics reach the host") {
  Host host;
  slipway::Metric answers;
  on_create = [&](const slipway::Setup& setup) {
    answers = setup.counter("answers", "How many were given.");
    setup.gauge("temperature", "").record(20);
    setup.histogram("seconds", "").record(0.5);
    setup.log(slipway::LogLevel::info, "made");
    slipway::Metric().record(1);
  };
  on_predict = [&](auto, auto& response, const slipway::Context& context) {
    context.log(slipway::LogLevel::warning, "odd");
    CHECK(context.request_id() == "r-1");
    answers.record(2);
    response = nullptr;
  };
  LoadedModel model(kScripted, host);
  CHECK(model.predict("1").json == "null");
  on_create = nullptr;
  on_predict = nullptr;
  CHECK(host.lines == std::vector<std::string>{"1 - made", "2 r-1 odd"});
  CHECK(host.metrics ==
        std::map<std::string, double>{{"0 answers", 2}, {"1 temperature", 20}, {"2 seconds", 0.5}});
}

TEST_CASE("the deadline and a cancellation can be seen") {
  const Host host;  // its clock stands at 1000
  LoadedModel model(kScripted, host);
  bool has_deadline = true;
  std::int64_t remaining = 0;
  on_predict = [&](auto, auto& response, const slipway::Context& context) {
    has_deadline = context.has_deadline();
    remaining = context.remaining_ns();
    context.throw_if_cancelled();
    response = 1;
  };
  CHECK(model.predict("1").status == SLW_OK);
  CHECK_FALSE(has_deadline);
  CHECK(remaining == INT64_MAX);
  model.deadline_ns = 1'500;
  CHECK(model.predict("1").status == SLW_OK);
  CHECK(has_deadline);
  CHECK(remaining == 500);
  model.cancelled = true;
  CHECK(model.predict("1").status == SLW_CANCELLED);
  model.deadline_ns = 900;
  CHECK(model.predict("1").status == SLW_DEADLINE_EXCEEDED);
  on_predict = nullptr;
}
