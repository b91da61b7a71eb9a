// CSV: any text is a table or a clear error, and a table that is written with every field in quotes is the
// same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "authoring/csv.hpp"

namespace {

void append(const std::vector<std::string>& fields, std::string& text) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    text += i == 0 ? "\"" : ",\"";
    for (const char c : fields[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += '"';
  }
  text += "\r\n";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::authoring;
  const auto table = parse_csv({reinterpret_cast<const char*>(data), size}, "data.csv");
  if (!table) return table.error().message.starts_with("data.csv:") ? 0 : (std::abort(), 0);
  std::string text;
  append(table->header, text);
  for (const CsvTable::Record& record : table->records) append(record.fields, text);
  const auto again = parse_csv(text, "data.csv");
  if (!again || again->header != table->header || again->records.size() != table->records.size())
    std::abort();
  for (std::size_t i = 0; i < table->records.size(); ++i)
    if (again->records[i].fields != table->records[i].fields) std::abort();
  return 0;
}
