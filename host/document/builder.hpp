// Builds a document from a stream of events, in the order of the JSON text. JSON, YAML and a plugin's writer
// all end here, so this is where the rules hold that every document obeys: bounds, no duplicate keys, valid
// UTF-8, finite numbers, one root, arrays of numbers packed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
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
// Each event returns whether it was taken. After the first refusal all are refused; `error()` says why, with
// the pointer of the value at fault. Throws std::bad_alloc only.
class Builder {
 public:
  explicit Builder(const Limits& limits = {}) : limits_(limits) {}

  // Starts a document in `target`, whose old content is gone. `target` must outlive the building of it.
  void start(Document& target);

  bool null() { return scalar(SLW_NULL); }
  bool boolean(bool value) { return scalar(value ? SLW_TRUE : SLW_FALSE); }
  bool int64(std::int64_t value);
  bool uint64(std::uint64_t value);
  // `integral`: it was written as an integer (SLW_INTEGRAL).
  bool float64(double value, bool integral = false);
  // A number as number.hpp makes it.
  bool number(const slw_value& number);
  bool string(std::string_view text);
  // Of text that is known to be valid UTF-8.
  bool utf8_string(std::string_view text) { return accept_value() && this->text(SLW_STRING, text); }
  bool bytes(std::string_view octets);
  bool begin_object() { return begin(true); }
  bool key(std::string_view text);
  bool utf8_key(std::string_view text);
  bool end_object();
  bool begin_array() { return begin(false); }
  bool end_array();
  // A whole tensor, rank 1 to SLW_MAX_RANK; floats must be finite. `data` is the product of the shape
  // elements long.
  bool tensor(slw_type type, std::span<const std::uint64_t> shape, const void* data);
  // A whole array of numbers from a reader that has packed it already. `written_as_integer` is a bitmap as
  // SLW_MIXED has it, or empty.
  bool doubles(std::span<const double> numbers, std::span<const std::uint8_t> written_as_integer);
  bool int64s(std::span<const std::int64_t> numbers);
  // A whole document that another process has built, as the only value: copied first, then verified
  // (document/verify.hpp), so that `block` may change meanwhile.
  bool document(std::span<const std::byte> block);

  // Ends the document: exactly one complete value must have been given.
  Status finish();

  bool failed() const { return expects_ == Expects::failed; }
  // The reason of the first refusal; taken away by the call.
  Error take_error() { return std::move(error_); }
  // Refuses everything from now on. The pointer is that of the value that comes next.
  bool fail(Code code, std::string message);
  // The same, where something else built into another document, of which `pointer` is that of the value.
  bool fail_at(Code code, std::string message, std::string pointer);
  // Of the value that comes next.
  std::string pointer() const { return pointer_of(nodes_.size()); }

  // Containers that are open.
  std::size_t depth() const { return frames_.size(); }
  // Of the innermost one: whether it is an object, and whether nothing is in it yet. There must be one.
  bool in_object() const { return frames_.back().object; }
  bool in_empty_container() const { return frames_.back().first == nodes_.size(); }
  const Limits& limits() const { return limits_; }

  // Gives scratch memory back if one huge document made it grow beyond `keep` bytes.
  void shrink(std::size_t keep);

 private:
  struct Frame {
    std::size_t first;  // index in nodes_ of the first child
    bool object;
  };
  // What may come next. `key` is a key or the end of its object, `failed` is never left.
  enum class Expects : std::uint8_t { value, key, nothing, failed };

  bool scalar(std::uint8_t kind, std::uint64_t bits = 0, std::uint8_t detail = 0);
  bool accept_value() { return expects_ == Expects::value || refuse_value(); }
  bool accept_node() { return ++count_ <= limits_.nodes || refuse_node(); }
  void value_is_complete() { expects_ = behind_value_; }
  bool refuse_value();
  bool refuse_node();
  bool refuse(Code code, std::string message, std::string pointer);
  // Room for a value that is no container, to be filled in place: copying a node that has just been written
  // field by field makes the processor wait for each of them.
  slw_value* add_value() {
    if (!accept_value() || !accept_node()) return nullptr;
    value_is_complete();
    return &nodes_.emplace_back();
  }
  bool text(std::uint8_t kind, std::string_view text);
  bool begin(bool object);
  bool close(bool object);
  void open_frame(bool object);
  void close_frame();
  bool push_value(const slw_value& node);
  bool allocate(std::size_t size, std::size_t alignment, std::size_t& distance) {
    const std::size_t used = target_->arena_.used();
    if (size > limits_.document_bytes || used > limits_.document_bytes - size) return refuse_memory();
    distance = target_->arena_.allocate(size, alignment);
    return true;
  }
  bool refuse_memory();
  bool refuse_text(std::size_t size);
  bool copy_text(std::string_view text, std::size_t& distance);
  bool place_children(std::size_t first, std::size_t trailing, std::size_t& base);
  void replace_children(std::size_t first, std::uint8_t kind, std::size_t count, std::size_t base);
  bool pack(std::span<const slw_value> numbers, slw_value& packed);
  bool allocate_tensor(slw_type type, std::span<const std::uint64_t> shape, std::size_t trailing,
                       slw_value& node, std::byte*& data);
  bool index_members(std::size_t first);
  bool check_few_members(std::size_t first);
  bool appears_before(std::size_t first, std::size_t key) const;
  bool refuse_duplicate(const slw_value& key);
  std::string_view stacked_text(const slw_value& node) const;
  std::string pointer_of(std::size_t stack_size) const;

  Limits limits_;
  // A node counts bytes with 32 bits.
  std::size_t most_text_ =
      std::min<std::size_t>(limits_.string_bytes, std::numeric_limits<std::uint32_t>::max());
  Document* target_ = nullptr;
  // Children of the containers that are open. Their payloads are named by distance from the arena's end (0:
  // none) until the parent is closed and its place is known; then the distances become offsets.
  std::vector<slw_value> nodes_;
  std::vector<Frame> frames_;
  std::vector<std::uint64_t> order_;  // scratch of index_members
  std::uint32_t count_ = 0;           // nodes so far
  Expects expects_ = Expects::nothing;
  Expects behind_value_ = Expects::nothing;  // what may come when the value that comes is complete
  Error error_{Code::internal, ""};
};

}  // namespace slipway::document
