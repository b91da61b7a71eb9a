#include "authoring/predictive.hpp"

#include <algorithm>

#include "authoring/data_rows.hpp"
#include "document/json_tree.hpp"
#include "document/json_writer.hpp"
#include "document/number.hpp"
#include "document/pointer.hpp"

namespace slipway::authoring {
namespace {

using document::Value;

constexpr std::size_t kProgressEvery = 100;

// ---- golden cases

void test_golden_cases(const TestSubject& subject, TestedModel& model, TestReport& report) {
  Check check{"golden cases"};
  std::size_t run = 0;
  for (const model::GoldenCase& golden : subject.cases) {
    if (!model::may_gate(subject.bundle.manifest, golden)) continue;
    if (run % kProgressEvery == 0) report.progress("golden case " + golden.name);
    ++run;
    const model::CaseResult result = model.run(golden);
    if (!result.passed())
      check.findings.push_back({golden.place + ": case \"" + golden.name + "\": " + result.difference,
                                golden.request, subject.predict_command(golden.request)});
  }
  check.figure =
      std::to_string(run - check.findings.size()) + " of " + std::to_string(run) + " as they should be";
  if (run < subject.cases.size())
    check.notes.push_back(std::to_string(subject.cases.size() - run) +
                          " were left out: the model has effects, and they are not marked `safe: true`");
  if (run == 0) check.skipped = "tests/*.yaml has none that may run";
  report.add(std::move(check));
}

// ---- data sets

std::string number_text(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", number);
  return text;
}

// What a label or value is compared as: numbers by their value, all else by what it says.
std::string label_of(const std::string& text, bool numeric) {
  const char* at = text.c_str();
  slw_value number{};
  if (!numeric || document::scan_number(at, number) != document::Scan::number || *at != '\0') return text;
  slw_value plain{};
  plain.kind = SLW_FLOAT64;
  plain.as.f64 = slw_number(&number);
  return document::to_json(Value(plain));
}

// The rows' answers as the metrics want them.
class Evaluation {
 public:
  Evaluation(const DataSet& set, const TestSubject& subject) : set_(set), subject_(subject) {
    for (const MetricBound& bound : set.bounds) needs_values_ |= bound.metric->needs == MetricNeeds::values;
  }

  // What is wrong with the row, or nothing.
  std::optional<Finding> add(const DataRow& row, TestedModel& model) {
    const Answer answer = model.ask(row.request);
    if (answer.outcome != model::Outcome::answered) return finding(row, words_of(answer));
    const Value response = model.response().root();
    const std::optional<Value> prediction = document::find(response, set_.prediction);
    if (!prediction) return finding(row, "the response has no prediction at " + set_.prediction);
    if (needs_values_)
      if (std::string wrong = add_values(row, *prediction); !wrong.empty()) return finding(row, wrong);
    if (set_.score) {
      const std::optional<Value> score = document::find(response, *set_.score);
      if (!score || !score->is_number()) return finding(row, "the response has no number at " + *set_.score);
      outcomes_.scores.push_back(score->number());
    }
    const bool numeric = prediction->is_number();
    outcomes_.positive = label_of(set_.positive, numeric);
    outcomes_.true_labels.push_back(label_of(row.target, numeric));
    outcomes_.predicted_labels.push_back(label_of(document::Json::of(*prediction).text, numeric));
    return std::nullopt;
  }

  // Value against threshold, one line a metric.
  void judge(Check& check) const {
    for (const MetricBound& bound : set_.bounds) {
      const Result<double> value = bound.metric->compute(outcomes_);
      if (!value) {
        check.findings.push_back({set_.place + ": " + value.error().message, "", ""});
        continue;
      }
      const bool low = bound.at_least && !(*value >= *bound.at_least);
      const bool high = bound.at_most && !(*value <= *bound.at_most);
      if (low || high)
        check.findings.push_back({line_of(bound, *value, "should be "), "", ""});
      else
        check.notes.push_back(line_of(bound, *value, ""));
    }
  }

  std::size_t rows() const { return outcomes_.true_labels.size(); }

 private:
  static std::string line_of(const MetricBound& bound, double value, const std::string& verb) {
    std::string line(bound.metric->name);
    line.resize(10, ' ');
    line += number_text(value);
    if (bound.at_least) line += "  " + verb + "at least " + number_text(*bound.at_least);
    if (bound.at_most) line += "  " + verb + "at most " + number_text(*bound.at_most);
    return line;
  }

  std::string add_values(const DataRow& row, Value prediction) {
    const char* at = row.target.c_str();
    slw_value number{};
    if (document::scan_number(at, number) != document::Scan::number || *at != '\0')
      return "the true value \"" + row.target + "\" is no number";
    if (!prediction.is_number()) return "the prediction at " + set_.prediction + " is no number";
    outcomes_.true_values.push_back(slw_number(&number));
    outcomes_.predicted_values.push_back(prediction.number());
    return {};
  }

  static std::string words_of(const Answer& answer) {
    std::string words =
        "is answered " + std::to_string(model::http_status(answer.outcome)) + ": " + answer.text;
    for (const schema::Violation& violation : answer.violations)
      words += "\n" + violation.pointer + ": " + violation.message;
    return words;
  }

  Finding finding(const DataRow& row, const std::string& words) const {
    return {row.place + ": " + words, row.request, subject_.predict_command(row.request)};
  }

  const DataSet& set_;
  const TestSubject& subject_;
  bool needs_values_ = false;
  Outcomes outcomes_;
};

void test_data_set(const DataSet& set, const TestSubject& subject, TestedModel& model, TestReport& report) {
  Check check{set.name};
  const Result<std::vector<DataRow>> rows = read_rows(subject.bundle, set);
  if (!rows) {
    check.findings.push_back({rows.error().message, "", ""});
    return report.add(std::move(check));
  }
  Evaluation evaluation(set, subject);
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if (i % kProgressEvery == 0) report.progress(set.name + ": row " + std::to_string(i + 1));
    if (std::optional<Finding> wrong = evaluation.add((*rows)[i], model))
      check.findings.push_back(std::move(*wrong));
  }
  check.figure = std::to_string(evaluation.rows()) + " of " + std::to_string(rows->size()) + " rows of " +
                 set.file + " answered";
  if (evaluation.rows() != 0) evaluation.judge(check);
  report.add(std::move(check));
}

}  // namespace

void test_predictions(const TestSubject& subject, TestReport& report) {
  Result<TestedModel> model = TestedModel::start(subject);
  if (!model) return report.add({.name = "start", .findings = {{model.error().message, "", ""}}});
  test_golden_cases(subject, *model, report);
  const std::string why_not = subject.why_not_tried();
  for (const DataSet& set : subject.data_sets) {
    if (why_not.empty())
      test_data_set(set, subject, *model, report);
    else
      report.add({.name = set.name, .skipped = why_not});
  }
}

}  // namespace slipway::authoring
