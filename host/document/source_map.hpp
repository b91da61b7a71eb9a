// Where the values of a document stand in the file they were read from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::document {

// Lines and columns count from 1; 0 where nothing is known. Not thread-safe while it is filled.
class SourceMap {
 public:
  struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };

  explicit SourceMap(std::string file = {}) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }

  // The place of the value at `pointer` (RFC 6901), or of its key where `of_key` is true and it is a member.
  // Where the pointer leads nowhere: the nearest value that encloses it.
  Position find(std::string_view pointer, bool of_key = false) const;
  // "schemas/request.yaml:12:5"; only the file where there is no position.
  std::string describe(std::string_view pointer, bool of_key = false) const;
  std::string describe(Position position) const;

  // Filling it, parents before children: `add` returns the number by which the children name their parent.
  // The document's root is added with the parent kNone.
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t add(std::uint32_t parent, std::string token, Position key, Position value);
  void clear();

 private:
  struct Place {
    Position key;
    Position value;
    std::map<std::string, std::uint32_t, std::less<>> children;
  };

  std::string file_;
  std::vector<Place> places_;
};

}  // namespace slipway::document
