// Builds a document from a stream of events, in the order of the JSON text. JSON, YAML and a plugin's writer all end
// here, so this is where the rules hold that every document obeys: bounds, no duplicate keys, valid UTF-8, finite
// numbers, one root, arrays of numbers packed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "document/document.hpp"
#include "document/limits.hpp"

namespace slipway::document {

// Not thread-safe. Reuse one for document after document: its scratch memory is kept.
//
// Each event returns whether it was taken. After the first refusal all are refused; `error()` says why, with the
// pointer of the value at fault.
class Builder {
 public:
  explicit Builder(const Limits& limits = {}) : limits_(limits) {}

  // Starts a document in `target`, whose old content is gone. `target` must outlive the building of it.
  void start(Document& target);

  bool null();
  bool boolean(bool value);
  bool int64(std::int64_t value);
  bool uint64(std::uint64_t value);
  // `integral`: it was written as an integer (SLW_INTEGRAL).
  bool float64(double value, bool integral = false);
  bool string(std::string_view text);
  bool bytes(std::string_view octets);
  bool begin_object();
  bool key(std::string_view text);
  bool end_object();
  bool begin_array();
  bool end_array();
  // A whole tensor, rank 1 to SLW_MAX_RANK; floats must be finite. `data` is the product of the shape elements long.
  bool tensor(slw_type type, std::span<const std::uint64_t> shape, const void* data);
  // A whole tensor of rank 1 from a reader that has found out itself which elements were written as integers
  // (`written_as_integer`: a bitmap as SLW_MIXED has it, empty for none).
  bool doubles(std::span<const double> numbers, std::span<const std::uint8_t> written_as_integer);
  bool int64s(std::span<const std::int64_t> numbers);

  // Ends the document: exactly one complete value must have been given.
  Status finish();

  // The reason of the first refusal.
  const Error& error() const { return error_; }
  bool failed() const { return failed_; }
  // Refuses everything from now on, for `error`. The pointer is that of the value that would come next.
  bool fail(Code code, std::string message);
  // Of the value that comes next (or just came), as far as it is known.
  std::string pointer() const;

  const Limits& limits() const { return limits_; }
  void set_limits(const Limits& limits) { limits_ = limits; }

 private:
  struct Frame {
    std::uint32_t first;  // index in nodes_ of the first child
    bool object;
  };

  bool push(const slw_value& node);
  bool accept_value();
  bool copy_text(std::string_view text, std::uint8_t kind, slw_value& node);
  bool pack_numbers(std::span<const slw_value> numbers, slw_value& packed);
  bool reserve_tensor(slw_type type, std::span<const std::uint64_t> shape, std::uint64_t trailing, slw_value& node,
                      std::byte*& data);
  bool index_members(std::span<const slw_value> pairs, std::uint32_t* index);
  bool find_duplicate_linearly(std::span<const slw_value> pairs);
  bool refuse_duplicate(std::size_t frame_first, const slw_value& key);
  std::string_view stacked_text(const slw_value& node) const;

  Limits limits_;
  Document* target_ = nullptr;
  // Children of the containers still open. Their offsets are distances from the arena's end until the parent is closed.
  std::vector<slw_value> nodes_;
  std::vector<Frame> frames_;
  std::vector<std::uint64_t> order_;  // scratch of index_members
  std::uint32_t node_count_ = 0;
  bool key_expected_ = false;
  bool value_expected_ = true;
  bool failed_ = false;
  Error error_{Code::internal, ""};
};

}  // namespace slipway::document
