#include "worker/probe.hpp"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <optional>

#include "model/version.hpp"
#include "temporary_bundle.hpp"
#include "worker/landlock.hpp"

using namespace slipway;
using namespace slipway::worker;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

#ifdef SLIPWAY_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr const char* kCases =
    "cases:\n"
    "  - {name: doubles, request: {value: 1}, response: {value: 2.0}}\n"
    "  - {name: refuses, request: {value: x}, error: {status: 422}}\n";

// A bundle around a test plugin, and what a probe says of it.
class Subject {
 public:
  explicit Subject(const std::string& plugin, const std::string& manifest = "")
      : bundle_(plugin, "name: tested\nversion: 1.0.0\neffects: none\n" + manifest) {
    bundle_.write("tests/golden.yaml", kCases);
  }
  TemporaryBundle& bundle() { return bundle_; }
  ProbeOptions& options() { return options_; }
  model::Grants& grants() { return grants_; }

  Result<ProbeReport> probed(const std::filesystem::path& cache) const {
    Result<model::Bundle> opened = model::open_bundle(bundle_.bundle());
    if (!opened) return opened.error();
    opened->manifest.grants = grants_;
    const Result<plugin::StoredLibrary> stored = model::ModelVersion::store_plugin(*opened, cache);
    if (!stored) return stored.error();
    return probe(*opened, *stored, options_);
  }
  Result<ProbeReport> probed() const { return probed(bundle_.bundle().parent_path() / "cache"); }
  std::string refusal() const {
    const Result<ProbeReport> report = probed();
    return report ? "passed" : report.error().message;
  }

 private:
  TemporaryBundle bundle_;
  model::Grants grants_;
  ProbeOptions options_{.program = SLIPWAY_PROGRAM};
};

std::string refusal_of(const std::string& plugin, const std::string& manifest = "") {
  return Subject(plugin, manifest).refusal();
}

// What came of trying `deed` in the sandbox. `grants_bundle`: the bundle's own folder may be written.
std::string attempt(const std::string& deed, bool late = false, bool network = false,
                    bool grants_bundle = false) {
  const std::string parameters =
      "parameters: {try: \"" + deed + "\", late: " + (late ? "true" : "false") + "}\n";
  Subject subject("reaches_out", parameters);
  subject.grants().network = network;
  if (grants_bundle) subject.grants().folders.push_back(subject.bundle().bundle().string());
  const Result<ProbeReport> report = subject.probed();
  if (!report) return report.error().message;
  return report->failures.empty() ? "nothing" : report->failures.front().difference;
}

}  // namespace

TEST_CASE("a probe tells whether the model has threads of its own") {
  CHECK(Subject("joins_thread").probed()->threads == 1);
  CHECK(Subject("good_c").probed()->threads == 0);
}

TEST_CASE("a sound model passes, from the cache and from memory") {
  for (const char* const plugin : {"good_c", "good_cpp", "initialised", "joins_thread", "all_fields"}) {
    INFO(plugin);
    Subject subject(plugin, "");
    if (std::string(plugin) == "all_fields")
      subject.bundle().write(
          "model.yaml", "name: all-fields\nversion: 1.2.3-rc.1+build.5\neffects: none\nplugin: plugin\n");
    for (const auto& cache : {subject.bundle().bundle().parent_path() / "cache", std::filesystem::path()}) {
      const Result<ProbeReport> report = subject.probed(cache);
      INFO((report ? "" : report.error().message));
      REQUIRE(report);
      CHECK(report->cases == 2);
      CHECK(report->failed == 0);
      CHECK(report->predict_times.size() == 2);
      CHECK(report->pinned_by == "");
      CHECK(report->output == "");
      CHECK(report->took > 0);
      CHECK(all_passed(*report));
    }
  }
}

TEST_CASE("the pieces of the sandbox are reported") {
  const Result<ProbeReport> report = Subject("good_c").probed();
  REQUIRE(report);
  CHECK_THAT(report->sandbox, Contains("no new privileges") && Contains("limits") && Contains("seccomp"));
  const std::string landlock = "Landlock " + std::to_string(landlock_version());
  CHECK_THAT(landlock_version() > 0 ? report->sandbox : report->sandbox_missing, Contains(landlock));
}

TEST_CASE("a crash is told with its step") {
  CHECK_THAT(refusal_of("crashes_in_constructor"),
             Contains("was killed by SIGSEGV in its static initialisers, while it was loaded"));
  CHECK_THAT(refusal_of("crashes_in_create"), Contains("was killed by SIGSEGV in create"));
  CHECK_THAT(refusal_of("crashes"), Contains("was killed by SIGSEGV in predict of case \"doubles\""));
  CHECK_THAT(refusal_of("crashes_in_destructor"),
             Contains("was killed by SIGSEGV in its static destructors, while it was unloaded"));
  CHECK_THAT(refusal_of("exits_in_predict"), Contains("called exit(3) in predict of case \"doubles\""));
}

TEST_CASE("the last that a model wrote is kept") {
  CHECK_THAT(
      refusal_of("aborts_in_create"),
      Contains("SIGABRT") && Contains("in create\nits last output:\nthe weights are for another machine"));
}

TEST_CASE("a model that does not return is told with its step and its time") {
  Subject create("hangs_in_create"), predict("hangs_in_predict", "limits: {timeout: 1s}\n"),
      destroy("hangs_in_destroy"), floods("floods");
  create.options().budget = destroy.options().budget = floods.options().budget = 3 * kSecond;
  predict.options().case_budget = 500 * kMillisecond;  // below the manifest's
  CHECK_THAT(create.refusal(), Contains("did not return from create within the 3s that a probe may take"));
  CHECK_THAT(predict.refusal(), Contains("did not return from predict of case \"doubles\" within 1s"));
  CHECK_THAT(destroy.refusal(), Contains("did not return from destroy within the 3s"));
  CHECK_THAT(floods.refusal(), Contains("did not return from create") && Contains("still loading"));
}

TEST_CASE("a model that refuses to be created says why") {
  CHECK_THAT(refusal_of("create_fails"), Contains("the weights are missing"));
  CHECK_THAT(refusal_of("lying_version"), Contains("66.6.6"));
}

TEST_CASE("wrong answers are no crash: they are listed") {
  Subject subject("good_c");
  subject.bundle().write("tests/more.yaml",
                         "cases:\n  - {name: wrong, request: {value: 1}, response: {value: 5.0}}\n");
  const Result<ProbeReport> report = subject.probed();
  REQUIRE(report);
  CHECK(report->cases == 3);
  REQUIRE(report->failures.size() == 1);
  CHECK(report->failures[0].name == "wrong");
  CHECK_THAT(report->failures[0].place, Contains("more.yaml:2:"));
  CHECK_THAT(all_passed(*report).error().message,
             StartsWith("1 of 3 golden cases failed:\n") && Contains("/value should be 5"));
}

TEST_CASE("cases that would have effects are not run") {
  Subject subject("good_c");
  subject.bundle().write("model.yaml", "name: tested\nversion: 1.0.0\nplugin: plugin\n");
  const Result<ProbeReport> report = subject.probed();
  REQUIRE(report);
  CHECK(report->cases == 0);
}

TEST_CASE("what a model leaves behind is a reason to refuse it") {
  CHECK_THAT(refusal_of("leaves_thread"), Contains("left 1 thread running after destroy"));
  CHECK_THAT(refusal_of("leaves_signal_handler"), Contains("left behind a handler of SIGUSR2"));
}

TEST_CASE("thread_local objects with destructors unload with the model's own threads") {
  const Result<ProbeReport> report = Subject("tls_destructor").probed();
  REQUIRE(report);
  CHECK(report->pinned_by == "");
}

TEST_CASE("a model that closes its descriptors is cut off, and told of") {
  CHECK_THAT(refusal_of("closes_everything"), Contains("in predict of case \"doubles\""));
}

TEST_CASE("a model has the memory of its manifest, and no more") {
  if (kSanitized) return;  // see worker/sandbox.cpp
  CHECK_THAT(refusal_of("memory_hog", "limits: {memory: 64MiB}\n"), Contains("no memory for the weights"));
  CHECK(refusal_of("memory_hog", "limits: {memory: 256MiB}\n") == "passed");
  CHECK_THAT(refusal_of("hoards", "limits: {memory: 64MiB}\n"),
             Contains("std::bad_alloc; it asked for more memory than the 64MiB of limits.memory"));
  CHECK(refusal_of("hoards", "limits: {memory: 2GiB}\n") == "passed");
}

TEST_CASE("the sandbox denies other processes, the network and the disk") {
  for (const char* const deed : {"socket", "unix socket", "fork", "execve", "ptrace", "kill", "memfd",
                                 "write a file", "remove a folder"})
    CHECK_THAT(attempt(deed), Contains(deed + std::string(": Operation not permitted")));
  CHECK_THAT(attempt("outlive the host"), Contains("outlive the host: Function not implemented"));
  if (landlock_version() > 0)
    CHECK_THAT(attempt("read a stranger's file"), Contains("read a stranger's file: Permission denied"));
}

TEST_CASE("what a model reads and makes it reads and makes in create, not later") {
  CHECK_THAT(attempt("read its bundle"), Contains("read its bundle: done"));
  CHECK_THAT(attempt("make code"), Contains("make code: done"));
  if (kSanitized) return;  // see worker/sandbox.cpp
  for (const char* const deed : {"read its bundle", "make code", "turn memory into code", "socket"})
    CHECK_THAT(attempt(deed, true), Contains(deed + std::string(": Operation not permitted")));
}

TEST_CASE("what is granted a model may do, now and later, and nothing else") {
  for (const bool late : {false, true}) {
    CHECK_THAT(attempt("socket", late, true), Contains("socket: done"));
    CHECK_THAT(attempt("write a file", late, true), Contains("write a file: Operation not permitted"));
    CHECK_THAT(attempt("write a file", late, false, true), Contains("write a file: done"));
    CHECK_THAT(attempt("socket", late, false, true), Contains("socket: Operation not permitted"));
    for (const char* const deed : {"fork", "execve", "ptrace", "kill", "memfd"})
      CHECK_THAT(attempt(deed, late, true, true), Contains(deed + std::string(": Operation not permitted")));
    if (landlock_version() > 0)
      CHECK_THAT(attempt("read a stranger's file", late, true, true), Contains("Permission denied"));
  }
}

TEST_CASE("a folder that is granted and is not there is missing in the sandbox's report") {
  if (landlock_version() == 0) return;
  Subject subject("good_c");
  subject.grants().folders.push_back("/nonexistent/folder");
  CHECK_THAT(subject.probed()->sandbox_missing, Contains("cannot open /nonexistent/folder"));
}

TEST_CASE("a child has nothing of the host's but its channel and its plugin") {
  const int inherited = ::open("/dev/null", O_RDONLY);  // not O_CLOEXEC, as a careless library opens files
  ::setenv("SLIPWAY_TEST_SECRET", "secret", 1);
  const std::string seen = attempt("describe");
  CHECK_THAT(seen, Contains("descriptors 0 1 2 3 4; environment:"));
  CHECK_THAT(seen, !Contains("SECRET") && !Contains("HOME"));
  ::unsetenv("SLIPWAY_TEST_SECRET");
  ::close(inherited);
}

TEST_CASE("a probe that cannot be started is an error, not a verdict") {
  Subject subject("good_c");
  subject.options().program = "/nonexistent/slipway";
  const Result<ProbeReport> report = subject.probed();
  REQUIRE_FALSE(report);
  CHECK(report.error().code == Code::unavailable);
  subject.options().program = "/bin/true";
  CHECK_THAT(subject.refusal(), Contains("before the plugin was loaded"));
}
