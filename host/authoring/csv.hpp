// Comma-separated values as RFC 4180 has them: a header line, then records of as many fields; quotes, doubled
// quotes, line breaks within quotes; CRLF or LF.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::authoring {

struct CsvTable {
  struct Record {
    std::uint32_t line = 0;  // where it begins; the header is in line 1
    std::vector<std::string> fields;
  };

  std::vector<std::string> header;
  std::vector<Record> records;
};

// `file` names the text in messages, which carry the line. A byte order mark is passed over. Refused: text
// that is not UTF-8, no header, names that are empty or there twice, and records of another size.
Result<CsvTable> parse_csv(std::string_view text, const std::string& file);

}  // namespace slipway::authoring
