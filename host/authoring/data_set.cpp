#include "authoring/data_set.hpp"

#include "document/json_tree.hpp"
#include "model/checked_yaml.hpp"
#include "model/test_files.hpp"

namespace slipway::authoring {
namespace {

using document::Value;

std::optional<double> number_in(Value object, std::string_view key) {
  const slw_value* const member = object.find(key);
  return member == nullptr ? std::nullopt : std::optional<double>(Value(member).number());
}

Value member(Value object, std::string_view key) {
  return Value(object.find(key));
}

DataSet read_data_set(Value value, std::string place) {
  DataSet set;
  set.name = model::text_or(value, "name", "");
  set.place = std::move(place);
  set.file = model::text_or(value, "file", "");
  set.target = model::text_or(value, "target", "");
  set.prediction = model::text_or(value, "prediction", "");
  if (value.find("score") != nullptr) set.score = model::text_or(value, "score", "");
  if (value.find("positive") != nullptr) set.positive = document::Json::of(member(value, "positive")).text;
  if (value.find("columns") != nullptr) {
    const Value columns = member(value, "columns");
    for (std::uint32_t i = 0; i < columns.size(); ++i)
      set.columns.push_back({std::string(columns.key(i)), std::string(columns.member(i).text())});
  }
  const Value metrics = member(value, "metrics");
  for (std::uint32_t i = 0; i < metrics.size(); ++i)
    set.bounds.push_back({find_metric(metrics.key(i)), number_in(metrics.member(i), "at_least"),
                          number_in(metrics.member(i), "at_most")});
  return set;
}

Status check(const DataSet& set, const document::SourceMap& source, const std::string& pointer) {
  const auto error = [&](const std::string& at, const std::string& what) {
    return Status(Code::invalid_argument, source.describe(pointer + at) + ": " + what);
  };
  const std::filesystem::path file(set.file);
  if (file.is_absolute() || *file.lexically_normal().begin() == "..")
    return error("/file", "a data set lies in the bundle; name it relative to the bundle's folder");
  for (const MetricBound& bound : set.bounds)
    if (bound.metric->needs == MetricNeeds::scores && (!set.score || set.positive.empty()))
      return error("/metrics/" + std::string(bound.metric->name),
                   std::string(bound.metric->name) +
                       " needs `score`, the pointer of a number in the response, and `positive`, the label "
                       "that it speaks for");
  return {};
}

}  // namespace

Result<std::vector<DataSet>> read_data_sets(const model::Bundle& bundle) {
  std::vector<DataSet> sets;
  Status read =
      model::for_each_test_file(bundle, [&](Value root, const document::SourceMap& source) -> Status {
        const slw_value* const data = root.find("data");
        for (std::uint32_t i = 0; data != nullptr && i < Value(data).size(); ++i) {
          const std::string pointer = "/data/" + std::to_string(i);
          sets.push_back(read_data_set(Value(data).element(i), source.describe(pointer)));
          if (Status good = check(sets.back(), source, pointer); !good) return good;
        }
        return {};
      });
  if (!read) return std::move(read).error();
  return sets;
}

}  // namespace slipway::authoring
