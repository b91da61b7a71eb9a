#include "authoring/integration.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "authoring/host_process.hpp"
#include "authoring/http_client.hpp"
#include "authoring/load.hpp"
#include "document/json_reader.hpp"
#include "document/json_tree.hpp"
#include "model/difference.hpp"
#include "model/sample_requests.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;
using document::Json;

constexpr unsigned kCallers = 2;
constexpr std::size_t kCallsAround = 50;  // before the swap, and after it
constexpr Nanoseconds kSwapTime = 120 * kSecond;
constexpr std::string_view kLoaded = "\"model loaded\"";
constexpr std::string_view kRefused = "\"a bundle is not served";

// Gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (fs::temp_directory_path() / "slipway-test-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const fs::path& path() const { return path_; }  // empty: it could not be made

 private:
  fs::path path_;
};

std::string word_in(const std::string& json, std::string_view member) {
  document::Document document;
  if (!document::read_json(json, document)) return json;
  const slw_value* const found = document.root().find(member);
  return found == nullptr ? json : std::string(document::Value(found).text());
}

class IntegrationTest {
 public:
  IntegrationTest(const TestSubject& subject, TestReport& report)
      : subject_(subject),
        report_(report),
        name_(subject.bundle.manifest.name),
        path_("/models/" + name_ + "/predict") {}

  void run() {
    if (Status ready = start(); !ready)
      return report_.add({.name = "a host serves it", .findings = {{ready.error().message, "", ""}}});
    report_.add({.name = "a host serves it", .figure = "loaded, gated and ready"});
    ask_golden_cases();
    look_at_documentation();
    swap_under_load();
    stop();
  }

 private:
  fs::path models() const { return folder_.path() / "models"; }
  fs::path copy() const { return models() / name_; }

  Status start() {
    report_.progress("starting a host");
    if (folder_.path().empty()) return {Code::io, "cannot make a temporary folder"};
    std::error_code error;
    fs::create_directory(models(), error);
    fs::copy(subject_.bundle.directory, copy(), fs::copy_options::recursive, error);
    if (error) return {Code::io, "cannot copy the bundle: " + error.message()};
    // How quick the model is, is asked elsewhere; a busy machine must not make a 504 of an answer, nor keep a
    // version from coming in.
    std::ofstream(folder_.path() / "slipway.yaml") << "folder: {gives_way: false}\noverrides: {\"" << name_
                                                   << "\": {limits: {timeout: 60s, queue: 64}}}\n";
    Result<std::unique_ptr<HostProcess>> host = HostProcess::start(
        subject_.program, folder_.path() / "slipway.yaml", models(), folder_.path() / "cache");
    if (!host) return std::move(host).error();
    host_ = std::move(*host);
    if (const std::string refused = host_->line_with(kRefused); !refused.empty())
      return {Code::failed_precondition, "the host refuses the bundle: " + word_in(refused, "why")};
    Result<HttpClient> client = HttpClient::connect(host_->port());
    if (!client) return std::move(client).error();
    client_.emplace(std::move(*client));
    const Result<HttpAnswer> ready = client_->get("/health/ready");
    if (!ready) return ready.error();
    if (ready->status != 200) return {Code::failed_precondition, "the host is not ready: " + ready->body};
    return {};
  }

  // ---- golden cases

  // Whether a problem (RFC 9457) has an error at the place, and by the keyword, where one is expected.
  static bool names_place(const model::ExpectedError& expected, const std::string& problem) {
    document::Document document;
    if (!document::read_json(problem, document)) return false;
    const slw_value* const errors = document.root().find("errors");
    if (errors == nullptr) return expected.pointer.value_or("").empty() && !expected.keyword;
    for (std::uint32_t i = 0; i < document::Value(errors).size(); ++i) {
      const Json error = Json::of(document::Value(errors).element(i));
      const auto is = [&](std::string_view member, const std::optional<std::string>& wanted) {
        return !wanted || (error.find(member) != nullptr && error.find(member)->text == *wanted);
      };
      if (is("pointer", expected.pointer) && is("keyword", expected.keyword)) return true;
    }
    return false;
  }

  // What is not as expected; empty: all is.
  static std::string compare(const model::GoldenCase& golden, const HttpAnswer& answer) {
    if (golden.error && golden.error->status != answer.status)
      return "should be refused with " + std::to_string(golden.error->status) + ", but is answered " +
             std::to_string(answer.status) + " " + answer.body;
    if (golden.error)
      return names_place(*golden.error, answer.body) ? "" : "is refused at another place: " + answer.body;
    if (answer.status != 200) return "is answered " + std::to_string(answer.status) + " " + answer.body;
    document::Document document;
    if (Status read = document::read_json(answer.body, document); !read)
      return "is answered with no JSON: " + read.error().message;
    return model::difference(golden.response->root(), document.root(), golden.tolerance);
  }

  void ask_golden_cases() {
    report_.progress("golden cases over HTTP");
    Check check{"golden cases over HTTP"};
    std::size_t asked = 0;
    for (const model::GoldenCase& golden : subject_.cases) {
      if (!model::may_gate(subject_.bundle.manifest, golden)) continue;
      ++asked;
      const Result<HttpAnswer> answer = client_->post(path_, golden.request);
      const std::string wrong = answer ? compare(golden, *answer) : answer.error().message;
      if (!wrong.empty())
        check.findings.push_back(
            {golden.place + ": case \"" + golden.name + "\": " + wrong, golden.request, ""});
      else
        expected_.push_back({golden.request, *answer});
      if (!answer) break;
    }
    check.figure = std::to_string(expected_.size()) + " of " + std::to_string(asked) + " as they should be";
    if (asked == 0) check.skipped = "tests/*.yaml has none that may run";
    report_.add(std::move(check));
  }

  // ---- documentation

  void expect_page(const std::string& path, std::string_view words, Check& check) {
    const Result<HttpAnswer> page = client_->get(path);
    if (!page)
      check.findings.push_back({path + ": " + page.error().message, "", ""});
    else if (page->status != 200 || page->body.find(words) == std::string::npos)
      check.findings.push_back(
          {path + " is answered " + std::to_string(page->status) + ", without \"" + std::string(words) + "\"",
           "", ""});
  }

  void look_at_documentation() {
    Check check{"documentation", "/docs and OpenAPI are answered"};
    expect_page("/docs", "<html", check);
    expect_page("/openapi.json", path_, check);
    expect_page("/models/" + name_ + "/openapi.json", path_, check);
    if (!check.findings.empty()) check.figure.clear();
    report_.add(std::move(check));
  }

  // ---- the swap

  // Requests whose answers are known: golden cases, else what the schema suggests and a caller may send.
  void complete_expected() {
    if (!expected_.empty() || subject_.bundle.manifest.effects != model::Effects::none) return;
    for (const std::string& request : model::sample_requests(subject_.bundle, {}, {}))
      if (Result<HttpAnswer> answer = client_->post(path_, request); answer && answer->status < 500)
        expected_.push_back({request, std::move(*answer)});
  }

  void swap_under_load() {
    report_.progress("a swap under load");
    Check check{"a swap to itself under load"};
    complete_expected();
    if (expected_.empty()) {
      check.skipped = "there is no request that may be sent again and again";
      return report_.add(std::move(check));
    }
    const unsigned callers = std::min(kCallers, subject_.bundle.manifest.limits.concurrency);
    Load load(host_->port(), path_, expected_, callers);
    load.wait_for_calls(kCallsAround);
    // A bundle that has changed is another one: the host loads it, and swaps.
    std::ofstream(copy() / "README.md", std::ios::app) << "\n";
    const bool decided = host_->wait_for({kLoaded, kRefused}, 2, monotonic_now() + kSwapTime);
    load.wait_for_calls(kCallsAround);
    const Load::Outcome outcome = load.stop();
    check.figure = std::to_string(outcome.calls) + " calls, none failed";
    if (const std::string refused = host_->line_with(kRefused); !refused.empty())
      check.findings.push_back(
          {"the host refuses the same bundle again: " + word_in(refused, "why"), "", ""});
    else if (!outcome.wrong.empty())
      check.findings.push_back(
          {"while the model was swapped, a request " + outcome.wrong, outcome.request, ""});
    else if (!decided)
      check.skipped = "the swap did not come about in two minutes; is this machine very busy?";
    if (!check.passed()) check.figure = std::to_string(outcome.calls) + " calls";
    report_.add(std::move(check));
  }

  void stop() {
    report_.progress("stopping the host");
    client_.reset();
    const std::string how = host_->stop();
    Check check{"clean stop", "exit status 0"};
    if (!how.empty()) check = {"clean stop", "", {}, {{"the host " + how, "", ""}}};
    report_.add(std::move(check));
  }

  const TestSubject& subject_;
  TestReport& report_;
  const std::string name_;
  const std::string path_;
  TemporaryFolder folder_;
  std::unique_ptr<HostProcess> host_;  // after the folder: it ends first
  std::optional<HttpClient> client_;
  std::vector<Expected> expected_;
};

}  // namespace

void test_integration(const TestSubject& subject, TestReport& report) {
  if (const std::string why = subject.why_not_tried(); !why.empty())
    return report.add({.name = "a host serves it", .skipped = why});
  IntegrationTest(subject, report).run();
}

}  // namespace slipway::authoring
