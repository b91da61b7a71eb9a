#include "authoring/report_files.hpp"

#include <algorithm>
#include <cstdio>

#include "base/utf8.hpp"
#include "document/json_tree.hpp"

namespace slipway::authoring {
namespace {

using document::Json;

std::string seconds(Nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(time) / kSecond);
  return text;
}

// ---- JSON

Json strings(const std::vector<std::string>& texts) {
  Json array = Json::array();
  for (const std::string& text : texts) array.children.push_back(Json::string(text));
  return array;
}

Json json_of(const Finding& finding) {
  Json object = Json::object();
  object.set("what", Json::string(finding.what));
  if (!finding.request.empty()) object.set("request", Json::string(finding.request));
  if (!finding.command.empty()) object.set("command", Json::string(finding.command));
  return object;
}

Json json_of(const TestReport::Entry& entry) {
  const Check& check = entry.check;
  Json object = Json::object();
  object.set("kind", Json::string(to_text(entry.kind)));
  object.set("name", Json::string(check.name));
  object.set("outcome", Json::string(!check.findings.empty()  ? "failed"
                                     : !check.skipped.empty() ? "skipped"
                                                              : "passed"));
  object.set("seconds", Json::literal(seconds(check.took)));
  object.set("figure", Json::string(check.figure));
  object.set("notes", strings(check.notes));
  if (!check.skipped.empty()) object.set("skipped", Json::string(check.skipped));
  Json findings = Json::array();
  for (const Finding& finding : check.findings) findings.children.push_back(json_of(finding));
  object.set("findings", std::move(findings));
  return object;
}

// ---- XML

// Text that may stand in XML 1.0: what no escape makes legal there becomes a question mark.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\t' ? '?' : c;
    }
  }
  // U+FFFE and U+FFFF are characters, but none of XML's.
  for (const std::string_view none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (std::size_t at = out.find(none); at != std::string::npos; at = out.find(none))
      out.replace(at, 3, "?");
  return out;
}

std::string text_of(const Finding& finding) {
  std::string text = finding.what;
  if (!finding.request.empty()) text += "\nrequest    " + finding.request;
  if (!finding.command.empty()) text += "\nreproduce  " + finding.command;
  return text;
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string case_of(const TestReport& report, const TestReport::Entry& entry) {
  const Check& check = entry.check;
  std::string out = "    <testcase classname=\"" + xml(report.model()) + "." +
                    std::string(to_text(entry.kind)) + "\" name=\"" + xml(check.name) + "\" time=\"" +
                    seconds(check.took) + "\">\n";
  if (!check.findings.empty()) {
    out += "      <failure message=\"" + xml(first_line(check.findings.front().what)) + "\">";
    for (const Finding& finding : check.findings) out += xml(text_of(finding)) + "&#10;";
    out += "</failure>\n";
  } else if (!check.skipped.empty()) {
    out += "      <skipped message=\"" + xml(check.skipped) + "\"/>\n";
  }
  std::string words = check.figure;
  for (const std::string& note : check.notes) words += "\n" + note;
  if (!words.empty()) out += "      <system-out>" + xml(words) + "</system-out>\n";
  return out + "    </testcase>\n";
}

std::string counts_of(const std::vector<const TestReport::Entry*>& entries) {
  std::size_t failed = 0;
  std::size_t skipped = 0;
  Nanoseconds took = 0;
  for (const TestReport::Entry* const entry : entries) {
    failed += entry->check.findings.empty() ? 0 : 1;
    skipped += entry->check.findings.empty() && !entry->check.skipped.empty() ? 1 : 0;
    took += entry->check.took;
  }
  return "tests=\"" + std::to_string(entries.size()) + "\" failures=\"" + std::to_string(failed) +
         "\" errors=\"0\" skipped=\"" + std::to_string(skipped) + "\" time=\"" + seconds(took) + "\"";
}

}  // namespace

std::string report_as_json(const TestReport& report, std::uint64_t seed) {
  Json object = Json::object();
  object.set("model", Json::string(report.model()));
  object.set("passed", Json::boolean(report.findings() == 0));
  object.set("findings", Json::literal(std::to_string(report.findings())));
  object.set("seconds", Json::literal(seconds(report.took())));
  object.set("seed", Json::literal(std::to_string(seed)));
  Json checks = Json::array();
  for (const TestReport::Entry& entry : report.entries()) checks.children.push_back(json_of(entry));
  object.set("checks", std::move(checks));
  return object.to_text();
}

std::string report_as_junit(const TestReport& report) {
  std::string suites;
  std::vector<const TestReport::Entry*> all;
  for (const TestKind kind : kTestKinds) {
    std::vector<const TestReport::Entry*> of_kind;
    std::string cases;
    for (const TestReport::Entry& entry : report.entries()) {
      if (entry.kind != kind) continue;
      of_kind.push_back(&entry);
      cases += case_of(report, entry);
    }
    if (of_kind.empty()) continue;
    all.insert(all.end(), of_kind.begin(), of_kind.end());
    suites += "  <testsuite name=\"" + std::string(to_text(kind)) + "\" " + counts_of(of_kind) + ">\n" +
              cases + "  </testsuite>\n";
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"" + xml(report.model()) + "\" " +
         counts_of(all) + ">\n" + suites + "</testsuites>\n";
}

}  // namespace slipway::authoring
