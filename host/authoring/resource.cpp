#include "authoring/resource.hpp"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <map>

#include "base/file.hpp"
#include "base/units.hpp"
#include "plugin/symbol_name.hpp"
#include "worker/examination.hpp"
#include "worker/probe.hpp"

namespace slipway::authoring {
namespace {

using worker::Examination;
using worker::Experiment;
using worker::Observed;

// What the heap's own bookkeeping may grow by, spread over all calls.
constexpr double kLeastLeak = 1;  // bytes a call
constexpr std::size_t kMostPlugin = std::size_t{512} << 20;

std::string readable_time(double nanoseconds) {
  const bool short_one = nanoseconds < kMillisecond;
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %s", nanoseconds / (short_one ? kMicrosecond : kMillisecond),
                short_one ? "us" : "ms");
  return text;
}

double value_of(const Examination& examination, std::string_view what) {
  const Observed* const found = examination.find(what);
  return found == nullptr ? 0 : found->value;
}

class ResourceTest {
 public:
  ResourceTest(const TestSubject& subject, std::uint64_t seed, TestReport& report)
      : subject_(subject), seed_(seed), report_(report) {}

  void run() {
    Result<Examination> alone = examine(Experiment::alone, "one call after another");
    if (alone) test_loading(*alone);
    if (alone && !alone->failure.empty()) {
      report_.add({.name = "calls", .findings = {failure_of(*alone, "")}});
      made_up_ = false;  // what the model does with requests that it survives may yet be seen
      alone = examine(Experiment::alone, "one call after another");
    }
    if (!alone) return report_.add({.name = "calls", .findings = {{alone.error().message, "", ""}}});
    if (!alone->failure.empty() || alone->find("no requests") != nullptr)
      return report_.add({.name = "latency, memory, globals, determinism, threads, locale",
                          .skipped = "there is no request that the model answers here"});
    test_latency(*alone);
    test_memory(*alone);
    test_globals(*alone);
    test_determinism(*alone);
    test_threads();
    test_locale(*alone);
  }

 private:
  Result<Examination> examine(Experiment experiment, const std::string& progress) {
    report_.progress(progress);
    return worker::examine(
        subject_.bundle, subject_.stored,
        {.experiment = experiment, .seed = made_up_ ? seed_ : 0, .program = subject_.program});
  }

  Finding finding(const std::string& what, const std::string& request) const {
    return {what, request,
            "slipway test " + subject_.bundle.directory.string() + " --only resource --seed " +
                std::to_string(seed_)};
  }
  Finding failure_of(const Examination& examination, const std::string& where) const {
    return finding(where + examination.failure, examination.request);
  }

  void test_loading(const Examination& alone) {
    report_.progress("loading and unloading");
    Check check{"loading and unloading"};
    worker::ProbeOptions options;
    options.program = subject_.program;
    const Result<worker::ProbeReport> probe = worker::probe(subject_.bundle, subject_.stored, options);
    if (!probe) {
      check.findings.push_back({probe.error().message, "", ""});
    } else {
      check.figure = readable_time(value_of(alone, "start")) + " until it can be called; nothing left behind";
      if (!probe->pinned_by.empty())
        check.findings.push_back(
            {"the plugin stays in memory when it is unloaded: " + probe->pinned_by, "", ""});
      if (!probe->sandbox_missing.empty())
        check.notes.push_back("without a part of the sandbox: " + probe->sandbox_missing);
    }
    report_.add(std::move(check));
  }

  void test_latency(const Examination& alone) {
    const Nanoseconds timeout = subject_.bundle.manifest.limits.timeout;
    Check check{"latency"};
    check.figure = "p50 " + readable_time(value_of(alone, "p50")) + ", p99 " +
                   readable_time(value_of(alone, "p99")) + " of " +
                   std::to_string(std::lround(value_of(alone, "latency calls"))) + " calls (timeout " +
                   format_duration(timeout) + ")";
    if (value_of(alone, "p99") > static_cast<double>(timeout))
      check.findings.push_back(
          {"more than one call in a hundred takes longer than limits.timeout, and would be "
           "answered 504; make it faster, or the timeout longer",
           "", ""});
    report_.add(std::move(check));
  }

  void test_memory(const Examination& alone) {
    const double bytes = value_of(alone, "bytes a call");
    const Observed& rounds = *alone.find("rounds that grew");
    char figure[128];
    std::snprintf(figure, sizeof figure, "%.1f bytes a call more, over %.0f calls after a warm-up",
                  std::max(0.0, bytes), value_of(alone, "memory calls"));
    Check check{"memory", figure};
    // What grows now and then is a cache or a pool; a leak grows always, or nearly.
    const bool always = rounds.value + 1 >= std::strtod(rounds.text.c_str(), nullptr);
    if (always && bytes >= kLeastLeak)
      check.findings.push_back(
          {"memory that a call allocates is not given back: it grew in " +
               std::to_string(std::lround(rounds.value)) + " of " + rounds.text +
               " rounds; run the golden cases under valgrind or AddressSanitizer to see where",
           "", ""});
    report_.add(std::move(check));
  }

  void test_globals(const Examination& alone) {
    Check check{"globals", readable_size(static_cast<std::uint64_t>(value_of(alone, "globals"))) +
                               " that calls could write to"};
    const Result<std::string> file = read_file(subject_.bundle.plugin_file(), kMostPlugin);
    std::map<std::string, std::size_t> written;  // by name
    for (const Observed& each : alone.observed)
      if (each.what == "written global") written[name_of(each, file)] += static_cast<std::size_t>(each.value);
    for (const auto& [name, bytes] : written)
      check.findings.push_back(
          {"calls write to the global variable " + name +
               ": all threads share it, and each version has its own; keep it in the model, "
               "guarded, or in the call",
           "", ""});
    report_.add(std::move(check));
  }

  static std::string name_of(const Observed& global, const Result<std::string>& file) {
    const std::uint64_t address = std::strtoull(global.subject.c_str(), nullptr, 10);
    std::string name;
    if (file) name = plugin::symbol_name(std::as_bytes(std::span(*file)), address);
    if (!name.empty()) return name;
    char text[64];
    std::snprintf(text, sizeof text, "at address 0x%" PRIx64 " of the library (stripped of names)", address);
    return text;
  }

  // Findings about answers that are not what they were; each kind of them once.
  void add_differences(const Examination& examination, std::string_view what, const std::string& words,
                       Check& check) const {
    if (const Observed* const found = examination.find(what); found != nullptr)
      check.findings.push_back(finding(words + found->text, found->subject));
  }

  // Where `other` answers the same requests otherwise than `alone` did.
  void compare_answers(const Examination& alone, const Examination& other, const std::string& words,
                       Check& check) const {
    std::map<double, const Observed*> first;
    for (const Observed& each : alone.observed)
      if (each.what == "answer") first.emplace(each.value, &each);
    std::size_t differ = 0;
    for (const Observed& each : other.observed) {
      const auto found = first.find(each.value);
      if (each.what != "answer" || found == first.end() || found->second->text == each.text) continue;
      if (++differ == 1)
        check.findings.push_back(
            finding(words + "is answered " + each.text + " where it was answered " + found->second->text,
                    each.subject));
    }
    if (differ > 1) check.findings.back().what += "\n(" + std::to_string(differ - 1) + " more differ alike)";
  }

  void test_determinism(const Examination& alone) {
    Check check{"determinism", "the same answers again, after other requests, and in another process"};
    add_differences(alone, "repeated", "the same request, asked again, ", check);
    add_differences(alone, "after others", "the same request, asked after others, ", check);
    const Result<Examination> other = examine(Experiment::backwards, "in another process");
    if (!other)
      check.findings.push_back({other.error().message, "", ""});
    else if (!other->failure.empty())
      check.findings.push_back(failure_of(*other, "in another process: "));
    // What differs within a process differs for that, not for the process.
    else if (check.findings.empty())
      compare_answers(alone, *other, "the same request, asked in another process, ", check);
    is_deterministic_ = check.findings.empty();
    if (!is_deterministic_) check.figure.clear();
    report_.add(std::move(check));
  }

  // Where answers differ for no reason, no reason can be found in them.
  bool is_pointless(Check& check) const {
    if (is_deterministic_) return false;
    check.figure.clear();
    check.skipped = "the model is not deterministic";
    return true;
  }

  void test_threads() {
    const model::Manifest& manifest = subject_.bundle.manifest;
    Check check{"threads"};
    if (is_pointless(check)) return report_.add(std::move(check));
    if (manifest.threads == model::Threads::single || manifest.limits.concurrency == 1) {
      check.skipped = "the manifest lets one call run at a time";
      return report_.add(std::move(check));
    }
    const Result<Examination> crowd = examine(Experiment::crowd, "many threads at once");
    if (!crowd) {
      check.findings.push_back({crowd.error().message, "", ""});
    } else if (!crowd->failure.empty()) {
      check.findings.push_back(failure_of(*crowd, "with many threads at once: "));
    } else {
      const Observed& calls = *crowd->find("crowd calls");
      check.figure =
          std::to_string(std::lround(calls.value)) + " calls of " + calls.text + " threads at once";
      add_differences(*crowd, "in a crowd",
                      "calls disturb each other: while other threads called, a request ", check);
    }
    report_.add(std::move(check));
  }

  void test_locale(const Examination& alone) {
    Check check{"locale", "the same answers where 1234.5 is written 1.234,5"};
    if (is_pointless(check)) return report_.add(std::move(check));
    const Result<Examination> comma = examine(Experiment::comma_locale, "another locale");
    if (!comma)
      check.findings.push_back({comma.error().message, "", ""});
    else if (const Observed* const none = comma->find("no locale"); none != nullptr)
      check.skipped = none->text;
    else if (!comma->failure.empty())
      check.findings.push_back(failure_of(*comma, "where 1234.5 is written 1.234,5: "));
    else
      compare_answers(alone, *comma, "where 1234.5 is written 1.234,5, the request ", check);
    if (!check.passed()) check.figure.clear();
    report_.add(std::move(check));
  }

  const TestSubject& subject_;
  const std::uint64_t seed_;
  TestReport& report_;
  bool made_up_ = true;  // the requests, besides those of golden cases
  bool is_deterministic_ = true;
};

}  // namespace

void test_resources(const TestSubject& subject, std::uint64_t seed, TestReport& report) {
  if (const std::string why = subject.why_not_tried(); !why.empty())
    return report.add({.name = "calls", .skipped = why});
  ResourceTest(subject, seed, report).run();
}

}  // namespace slipway::authoring
