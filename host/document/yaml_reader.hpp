// YAML 1.2 (core schema) into a document, with the line and column of every value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "document/document.hpp"
#include "document/limits.hpp"

namespace slipway::document {

// Where things stand in a source file. Lines and columns count from 1.
class SourceMap {
 public:
  struct Position {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
  };

  explicit SourceMap(std::string file = {}) : file_(std::move(file)) {}

  const std::string& file() const { return file_; }
  void set_file(std::string file) { file_ = std::move(file); }

  // "schemas/request.yaml:12:5" for the value at `pointer` (RFC 6901); for a member, the place of its key where
  // `of_key` is true. The nearest enclosing value's place where the pointer leads nowhere.
  std::string describe(std::string_view pointer, bool of_key = false) const;
  Position find(std::string_view pointer, bool of_key = false) const;

  void add_value(std::string pointer, Position position) { values_.emplace(std::move(pointer), position); }
  void add_key(std::string pointer, Position position) { keys_.emplace(std::move(pointer), position); }

 private:
  std::string file_;
  std::unordered_map<std::string, Position> values_;
  std::unordered_map<std::string, Position> keys_;
};

// Parses one YAML document (JSON is YAML too, and is accepted). `source` gets the positions and must carry the file's name
// for messages, which start with "file:line:column: ". Refused: a second document, duplicate and complex keys, merge keys
// (<<), unknown tags, .inf and .nan, numbers out of range, invalid UTF-8, aliases that expand beyond the limits.
Status read_yaml(std::string_view text, Document& target, SourceMap& source, const Limits& limits = {});

}  // namespace slipway::document
