#include "authoring/data_rows.hpp"

#include <algorithm>
#include <optional>

#include "authoring/csv.hpp"
#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "document/json_tree.hpp"
#include "document/number.hpp"
#include "document/pointer.hpp"
#include "schema/program.hpp"

namespace slipway::authoring {
namespace {

using document::Json;

constexpr std::size_t kMostBytes = 256u << 20;

// ---- what the schema wants at a place

// The nodes that look at the same value as `id`: itself, and what it combines.
void add_combined(const schema::Program& program, schema::NodeId id, std::vector<schema::NodeId>& nodes) {
  if (std::find(nodes.begin(), nodes.end(), id) != nodes.end()) return;
  nodes.push_back(id);
  schema::for_each_child(program, program.nodes[id], [&](schema::NodeId child, bool in_place) {
    const schema::Node& node = program.nodes[id];
    const bool negated = node.logic != schema::kNone && program.logics[node.logic].negated == child;
    if (in_place && !negated) add_combined(program, child, nodes);
  });
}

// The kinds that a value at `pointer` may have, as far as declared members tell.
std::uint16_t kinds_at(const schema::Program& program, std::string_view pointer) {
  std::vector<schema::NodeId> nodes;
  add_combined(program, program.root, nodes);
  while (!pointer.empty()) {
    const std::string token = document::take_token(pointer);
    std::vector<schema::NodeId> below;
    for (const schema::NodeId id : nodes) {
      const schema::Node& node = program.nodes[id];
      if (node.object == schema::kNone) continue;
      const schema::Property* const property = program.objects[node.object].properties.find(token);
      if (property != nullptr && property->node != schema::PropertyTable::kUndeclared)
        add_combined(program, property->node, below);
    }
    nodes = std::move(below);
  }
  std::uint16_t kinds = schema::kAllKinds;
  for (const schema::NodeId id : nodes)
    if ((kinds & program.nodes[id].kinds) != 0) kinds = kinds & program.nodes[id].kinds;
  return kinds;
}

// ---- values

bool is_number(const std::string& text) {
  const char* at = text.c_str();
  slw_value number{};
  return document::scan_number(at, number) == document::Scan::number && at == text.c_str() + text.size();
}

Json value_of_cell(const std::string& cell, std::uint16_t kinds) {
  constexpr std::uint16_t kBooleans = schema::kind_bit(SLW_TRUE) | schema::kind_bit(SLW_FALSE);
  if ((kinds & schema::kNumberKinds) != 0 && is_number(cell)) return Json::literal(cell);
  if ((kinds & kBooleans) != 0 && (cell == "true" || cell == "false")) return Json::literal(cell);
  return Json::string(cell);
}

void place(Json& request, std::string_view pointer, Json value) {
  Json* at = &request;
  while (!pointer.empty()) {
    const std::string token = document::take_token(pointer);
    if (!at->is_object()) *at = Json::object();
    if (at->find(token) == nullptr) at->set(token, Json());
    at = at->find(token);
  }
  *at = std::move(value);
}

// ---- files

class RowReader {
 public:
  RowReader(const model::Bundle& bundle, const DataSet& set) : bundle_(bundle), set_(set) {}

  Result<std::vector<DataRow>> read() {
    Result<std::string> text = read_file(bundle_.directory / set_.file, kMostBytes);
    if (!text) return std::move(text).error().within(set_.place);
    Status done = set_.file.ends_with(".csv") ? read_csv(*text) : read_lines(*text);
    if (!done) return std::move(done).error();
    if (rows_.empty()) return Error(Code::invalid_argument, set_.file + " has no rows");
    return std::move(rows_);
  }

 private:
  Error unknown_column(const std::string& name, const std::vector<std::string>& known) const {
    std::string names;
    for (const std::string& each : known) names += (names.empty() ? "" : ", ") + each;
    return {Code::invalid_argument,
            set_.place + ": " + set_.file + " has no column \"" + name + "\"; it has " + names};
  }

  Status read_csv(const std::string& text) {
    Result<CsvTable> table = parse_csv(text, set_.file);
    if (!table) return std::move(table).error();
    const auto column = [&](const std::string& name) {
      return std::find(table->header.begin(), table->header.end(), name) - table->header.begin();
    };
    std::vector<DataSet::Column> columns = columns_of(table->header);
    columns.push_back({set_.target, ""});
    for (const DataSet::Column& each : columns)
      if (column(each.name) == std::ssize(table->header)) return unknown_column(each.name, table->header);
    columns.pop_back();
    for (const CsvTable::Record& record : table->records) {
      Json request = Json::object();
      for (const DataSet::Column& each : columns) {
        const std::string& cell = record.fields[static_cast<std::size_t>(column(each.name))];
        const schema::Program& program = bundle_.request.compiled.schema->program();
        if (!cell.empty()) place(request, each.pointer, value_of_cell(cell, kinds_at(program, each.pointer)));
      }
      rows_.push_back({set_.file + ":" + std::to_string(record.line), request.to_text(),
                       record.fields[static_cast<std::size_t>(column(set_.target))]});
    }
    return {};
  }

  Status read_lines(std::string_view text) {
    for (std::uint32_t line = 1; !text.empty(); ++line) {
      const std::string_view row = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(row.size() + 1, text.size()));
      if (row.find_first_not_of(" \r\t") == std::string_view::npos) continue;
      if (Status added = add_line(row, set_.file + ":" + std::to_string(line)); !added) return added;
    }
    return {};
  }

  Status add_line(std::string_view line, const std::string& where) {
    document::Document document;
    if (Status parsed = document::read_json(line, document); !parsed)
      return std::move(parsed).error().within(where);
    const Json row = Json::of(document.root());
    if (!row.is_object()) return {Code::invalid_argument, where + ": each line should be a JSON object"};
    const Json* const target = row.find(set_.target);
    if (target == nullptr) return unknown_column(set_.target, row.keys).within(where);
    Json request = Json::object();
    for (const DataSet::Column& each : columns_of(row.keys))
      if (const Json* const value = row.find(each.name); value != nullptr)
        place(request, each.pointer, *value);
    rows_.push_back({where, request.to_text(), target->text});
    return {};
  }

  std::vector<DataSet::Column> columns_of(const std::vector<std::string>& names) const {
    if (!set_.columns.empty()) return set_.columns;
    std::vector<DataSet::Column> columns;
    for (const std::string& name : names) {
      if (name == set_.target) continue;
      std::string pointer;
      document::append_token(pointer, name);
      columns.push_back({name, std::move(pointer)});
    }
    return columns;
  }

  const model::Bundle& bundle_;
  const DataSet& set_;
  std::vector<DataRow> rows_;
};

}  // namespace

Result<std::vector<DataRow>> read_rows(const model::Bundle& bundle, const DataSet& set) {
  return RowReader(bundle, set).read();
}

}  // namespace slipway::authoring
