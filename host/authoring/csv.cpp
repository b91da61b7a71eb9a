#include "authoring/csv.hpp"

#include <set>

#include "base/utf8.hpp"

namespace slipway::authoring {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  bool at_end() const { return at_ == text_.size(); }
  std::uint32_t line() const { return line_; }

  Status record(std::vector<std::string>& fields) {
    for (;;) {
      std::string field;
      if (Status read = is('"') ? quoted(field) : plain(field); !read) return read;
      fields.push_back(std::move(field));
      if (is(',')) {
        ++at_;
        continue;
      }
      return line_end();
    }
  }

  Error error(const std::string& what) const {
    return {Code::invalid_argument, file_ + ":" + std::to_string(line_) + ": " + what};
  }

 private:
  bool is(char c) const { return at_ < text_.size() && text_[at_] == c; }

  Status plain(std::string& field) {
    const std::size_t end = std::min(text_.find_first_of(",\r\n\"", at_), text_.size());
    field = text_.substr(at_, end - at_);
    at_ = end;
    if (is('"')) return error("a quote within a field that does not begin with one; put the field in quotes");
    return {};
  }

  Status quoted(std::string& field) {
    const std::uint32_t begin = line_;
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        if (!is('"')) return {};
      }
      if (c == '\n') ++line_;
      field += c;
    }
    line_ = begin;
    return error("a quote that is opened here is never closed");
  }

  Status line_end() {
    if (is('\r')) ++at_;
    if (!at_end() && !is('\n')) return error("a comma or the end of the line should follow a field");
    if (is('\n')) {
      ++at_;
      ++line_;
    }
    return {};
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
};

Status check_header(const std::vector<std::string>& header, const CsvReader& reader) {
  std::set<std::string_view> names;
  for (const std::string& name : header) {
    if (name.empty()) return reader.error("the header has a column without a name");
    if (!names.insert(name).second) return reader.error("the column \"" + name + "\" is there twice");
  }
  return {};
}

}  // namespace

Result<CsvTable> parse_csv(std::string_view text, const std::string& file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvReader reader(text, file);
  if (!is_utf8(text)) return reader.error("the file is not UTF-8");
  if (reader.at_end()) return reader.error("the file is empty; its first line should name the columns");
  CsvTable table;
  if (Status read = reader.record(table.header); !read) return std::move(read).error();
  if (Status good = check_header(table.header, CsvReader(text, file)); !good) return std::move(good).error();
  while (!reader.at_end()) {
    CsvTable::Record record{reader.line(), {}};
    const CsvReader before = reader;
    if (Status read = reader.record(record.fields); !read) return std::move(read).error();
    if (record.fields.size() != table.header.size())
      return before.error("there are " + std::to_string(record.fields.size()) +
                          " fields where the header has " + std::to_string(table.header.size()));
    table.records.push_back(std::move(record));
  }
  return table;
}

}  // namespace slipway::authoring
