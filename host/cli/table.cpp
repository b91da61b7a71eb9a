#include "cli/table.hpp"

#include <algorithm>
#include <cstdio>

namespace slipway::cli {

void Table::print() const {
  if (rows_.empty()) return;
  std::vector<std::size_t> widths(heads_.size(), 0);
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::size_t last = 0;
  for (std::size_t i = 0; i < widths.size(); ++i)
    if (widths[i] != 0) widths[i] = std::max(widths[i], heads_[i].size()), last = i;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i <= last; ++i) {
      if (widths[i] == 0) continue;
      text += cells[i];
      if (i != last) text.append(widths[i] - cells[i].size() + 2, ' ');
    }
    std::printf("%s\n", text.c_str());
  };
  line(heads_);
  for (const auto& row : rows_) line(row);
}

}  // namespace slipway::cli
