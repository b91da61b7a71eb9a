// JSON text (RFC 8259) into a document: exact numbers, duplicate keys refused, bounded in every direction.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/padded_buffer.hpp"
#include "base/result.hpp"
#include "document/document.hpp"
#include "document/limits.hpp"

namespace slipway::document {

// Holds the scratch memory of parsing; reuse one per thread or per call. Not thread-safe.
class JsonReader {
 public:
  explicit JsonReader(const Limits& limits = {});
  ~JsonReader();
  JsonReader(JsonReader&&) noexcept;
  JsonReader& operator=(JsonReader&&) noexcept;

  // Parses `text`, whose bytes are overwritten on the way, into `target`. An error is Code::invalid_argument
  // or Code::limit_exceeded; it names the byte offset, and the pointer where it is about a value.
  Status read(PaddedBuffer& text, Document& target);

  // Gives scratch memory back if one huge document made it grow beyond `keep` bytes.
  void shrink(std::size_t keep);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The same for text that is to be kept: works on a copy.
Status read_json(std::string_view text, Document& target, const Limits& limits = {});

}  // namespace slipway::document
