#include "authoring/test_report.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace slipway::authoring {
namespace {

constexpr const char* kGreen = "32";
constexpr const char* kRed = "31";
constexpr const char* kYellow = "33";
constexpr std::size_t kMostFindings = 10;  // of one check that are printed
constexpr std::size_t kMostRequest = 400;  // bytes of a request that are
constexpr const char* kIndent = "        ";

std::string shortened(const std::string& text) {
  if (text.size() <= kMostRequest) return text;
  return std::string(clip_utf8(text, kMostRequest)) + "... (" + std::to_string(text.size()) + " bytes)";
}

// What a model says may be anything: nothing of it moves the terminal's cursor.
std::string indented(const std::string& text) {
  std::string lines = kIndent;
  for (const char c : text) {
    lines += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? '?' : c;
    if (c == '\n') lines += kIndent;
  }
  return lines;
}

std::string seconds(Nanoseconds time) {
  if (time < kSecond) return std::to_string(time / kMillisecond) + " ms";
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(time) / kSecond);
  return text;
}

std::string count(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + " " + (number == 1 ? one : many);
}

}  // namespace

std::string_view to_text(TestKind kind) {
  switch (kind) {
    case TestKind::predictive:
      return "predictive";
    case TestKind::contract:
      return "contract";
    case TestKind::resource:
      return "resource";
    case TestKind::integration:
      break;
  }
  return "integration";
}

TestReport::TestReport(std::string model, Style style) : model_(std::move(model)), style_(style) {
  if (style_.out != nullptr) std::fprintf(style_.out, "%s\n", model_.c_str());
}

void TestReport::begin(TestKind kind) {
  clear_progress();
  kind_ = kind;
  since_ = monotonic_now();
  if (style_.out == nullptr) return;
  std::fprintf(style_.out, "\n%s\n", std::string(to_text(kind)).c_str());
  std::fflush(style_.out);
}

void TestReport::progress(const std::string& what) {
  if (style_.progress == nullptr) return;
  std::fprintf(style_.progress, "\r\033[K  ....  %s", what.c_str());
  std::fflush(style_.progress);
  shows_progress_ = true;
}

void TestReport::clear_progress() {
  if (!shows_progress_) return;
  std::fputs("\r\033[K", style_.progress);
  std::fflush(style_.progress);
  shows_progress_ = false;
}

void TestReport::add(Check check) {
  const Nanoseconds now = monotonic_now();
  check.took = now - since_;
  since_ = now;
  clear_progress();
  if (style_.out != nullptr) print(check);
  entries_.push_back({kind_, std::move(check)});
}

void TestReport::line(const char* colour, const char* word, const std::string& text) {
  if (style_.colour)
    std::fprintf(style_.out, "  \033[%sm%-4s\033[0m  %s\n", colour, word, text.c_str());
  else
    std::fprintf(style_.out, "  %-4s  %s\n", word, text.c_str());
}

void TestReport::print(const Check& check) {
  const std::string title = check.name + (check.figure.empty() ? "" : ": " + check.figure);
  if (!check.findings.empty())
    line(kRed, "FAIL", title);
  else if (!check.skipped.empty())
    line(kYellow, "skip", title + ": " + check.skipped);
  else
    line(kGreen, "ok", title);
  for (const std::string& note : check.notes) std::fprintf(style_.out, "%s\n", indented(note).c_str());
  const std::size_t shown = std::min(check.findings.size(), kMostFindings);
  for (std::size_t i = 0; i < shown; ++i) {
    const Finding& finding = check.findings[i];
    std::fprintf(style_.out, "%s\n", indented(finding.what).c_str());
    if (!finding.request.empty())
      std::fprintf(style_.out, "%s  request    %s\n", kIndent, shortened(finding.request).c_str());
    if (!finding.command.empty())
      std::fprintf(style_.out, "%s  reproduce  %s\n", kIndent, finding.command.c_str());
  }
  if (shown < check.findings.size())
    std::fprintf(style_.out, "%sand %zu more\n", kIndent, check.findings.size() - shown);
  std::fflush(style_.out);
}

std::size_t TestReport::findings() const {
  std::size_t all = 0;
  for (const Entry& entry : entries_) all += entry.check.findings.size();
  return all;
}

void TestReport::summarise() {
  clear_progress();
  if (style_.out == nullptr) return;
  const auto skipped = std::count_if(entries_.begin(), entries_.end(),
                                     [](const Entry& entry) { return !entry.check.skipped.empty(); });
  const std::string words =
      count(entries_.size(), "check", "checks") + ", " + count(findings(), "finding", "findings") +
      (skipped == 0 ? "" : ", " + std::to_string(skipped) + " skipped") + ", " + seconds(took());
  std::fputs("\n", style_.out);
  const bool good = findings() == 0;
  line(good ? kGreen : kRed, good ? "ok" : "FAIL", words);
  std::fflush(style_.out);
}

}  // namespace slipway::authoring
