#include "document/builder.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/utf8.hpp"
#include "document/pointer.hpp"
#include "document/verify.hpp"

namespace slipway::document {
namespace {

// memcpy, inline for the short texts that most are: overlapping words hold them, whatever their size.
inline void copy_short(std::byte* to, const char* from, std::size_t size) {
  const auto copy_both_ends = [&]<class Word>(Word) {
    Word head;
    Word tail;
    std::memcpy(&head, from, sizeof(Word));
    std::memcpy(&tail, from + size - sizeof(Word), sizeof(Word));
    std::memcpy(to, &head, sizeof(Word));
    std::memcpy(to + size - sizeof(Word), &tail, sizeof(Word));
  };
  struct Sixteen {
    std::uint64_t words[2];
  };
  if (size > 32) {
    std::memcpy(to, from, size);
  } else if (size >= 16) {
    copy_both_ends(Sixteen{});
  } else if (size >= 8) {
    copy_both_ends(std::uint64_t{});
  } else if (size >= 4) {
    copy_both_ends(std::uint32_t{});
  } else {
    for (std::size_t i = 0; i < size; ++i) to[i] = static_cast<std::byte>(from[i]);
  }
}

bool has_payload(const slw_value& node) {
  return node.kind >= SLW_STRING && node.as.offset != 0;
}

}  // namespace

void Builder::start(Document& target) {
  target.clear();
  target_ = &target;
  nodes_.clear();
  frames_.clear();
  count_ = 0;
  expects_ = Expects::value;
  behind_value_ = Expects::nothing;
}

bool Builder::refuse(Code code, std::string message, std::string pointer) {
  expects_ = Expects::failed;
  error_ = Error(code, std::move(message), std::move(pointer));
  return false;
}

bool Builder::fail(Code code, std::string message) {
  return !failed() && refuse(code, std::move(message), pointer());
}

bool Builder::fail_at(Code code, std::string message, std::string pointer) {
  return !failed() && refuse(code, std::move(message), std::move(pointer));
}

std::string_view Builder::stacked_text(const slw_value& node) const {
  if (node.as.offset == 0) return {};
  return {reinterpret_cast<const char*>(target_->arena_.at(node.as.offset)), node.count};
}

std::string Builder::pointer_of(std::size_t stack_size) const {
  std::string pointer;
  for (std::size_t depth = 0; depth < frames_.size(); ++depth) {
    const Frame& frame = frames_[depth];
    const std::size_t end = depth + 1 < frames_.size() ? frames_[depth + 1].first : stack_size;
    const std::size_t children = end - frame.first;
    if (!frame.object)
      append_token(pointer, static_cast<std::uint32_t>(children));
    else if (children % 2 == 1)
      append_token(pointer, stacked_text(nodes_[end - 1]));
  }
  return pointer;
}

bool Builder::refuse_value() {
  return fail(Code::invalid_argument, expects_ == Expects::key
                                          ? "a value in an object without a key before it"
                                          : "a second value after the first one");
}

bool Builder::refuse_node() {
  return fail(Code::limit_exceeded,
              "more than " + std::to_string(limits_.nodes) + " values in one document are not accepted");
}

void Builder::open_frame(bool object) {
  frames_.push_back({nodes_.size(), object});
  behind_value_ = object ? Expects::key : Expects::value;
  expects_ = behind_value_;
}

void Builder::close_frame() {
  frames_.pop_back();
  behind_value_ = frames_.empty() ? Expects::nothing : frames_.back().object ? Expects::key : Expects::value;
}

bool Builder::push_value(const slw_value& node) {
  slw_value* const added = add_value();
  if (added == nullptr) return false;
  *added = node;
  return true;
}

bool Builder::scalar(std::uint8_t kind, std::uint64_t bits, std::uint8_t detail) {
  slw_value* const node = add_value();
  if (node == nullptr) return false;
  node->kind = kind;
  node->detail = detail;
  node->as.u64 = bits;
  return true;
}

bool Builder::int64(std::int64_t value) {
  return scalar(SLW_INT64, static_cast<std::uint64_t>(value));
}

bool Builder::uint64(std::uint64_t value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return scalar(value <= kMost ? SLW_INT64 : SLW_UINT64, value);
}

bool Builder::float64(double value, bool integral) {
  if (!std::isfinite(value))
    return fail(Code::invalid_argument,
                std::string(std::isnan(value) ? "NaN" : "an infinite number") + " cannot be written as JSON");
  return scalar(SLW_FLOAT64, std::bit_cast<std::uint64_t>(value), integral ? SLW_INTEGRAL : 0);
}

bool Builder::number(const slw_value& number) {
  return scalar(number.kind, number.as.u64, number.detail);
}

bool Builder::refuse_memory() {
  return fail(Code::limit_exceeded,
              "the document needs more than " + std::to_string(limits_.document_bytes) + " bytes of memory");
}

bool Builder::refuse_text(std::size_t size) {
  return fail(Code::limit_exceeded, "a string of " + std::to_string(size) + " bytes; at most " +
                                        std::to_string(limits_.string_bytes) + " are accepted");
}

// Leaves where the text is, or 0 for an empty one.
inline bool Builder::copy_text(std::string_view text, std::size_t& distance) {
  if (text.size() > most_text_) return refuse_text(text.size());
  distance = 0;
  if (text.empty()) return true;
  if (!allocate(text.size(), 1, distance)) return false;
  copy_short(target_->arena_.at(distance), text.data(), text.size());
  return true;
}

bool Builder::text(std::uint8_t kind, std::string_view text) {
  std::size_t distance = 0;
  if (!copy_text(text, distance)) return false;
  slw_value* const node = add_value();
  if (node == nullptr) return false;
  node->kind = kind;
  node->count = static_cast<std::uint32_t>(text.size());
  node->as.offset = distance;
  return true;
}

bool Builder::string(std::string_view text) {
  if (!accept_value()) return false;
  if (!is_utf8(text)) return fail(Code::invalid_argument, "a string is not valid UTF-8");
  return this->text(SLW_STRING, text);
}

bool Builder::bytes(std::string_view octets) {
  return accept_value() && text(SLW_BYTES, octets);
}

bool Builder::key(std::string_view text) {
  if (expects_ == Expects::key && !is_utf8(text))
    return fail(Code::invalid_argument, "a key is not valid UTF-8");
  return utf8_key(text);
}

bool Builder::utf8_key(std::string_view text) {
  if (expects_ != Expects::key) return fail(Code::invalid_argument, "a key where none belongs");
  std::size_t distance = 0;
  if (!copy_text(text, distance) || !accept_node()) return false;
  slw_value& node = nodes_.emplace_back();
  node.kind = SLW_STRING;
  node.tag = slw_key_hash(text.data(), text.size());
  node.count = static_cast<std::uint32_t>(text.size());
  node.as.offset = distance;
  expects_ = Expects::value;
  return true;
}

bool Builder::begin(bool object) {
  if (!accept_value() || !accept_node()) return false;
  if (frames_.size() >= limits_.depth)
    return fail(Code::limit_exceeded, "arrays and objects nested more than " + std::to_string(limits_.depth) +
                                          " deep are not accepted");
  open_frame(object);
  return true;
}

// Moves the children from the stack to their final place in the arena, with `trailing` bytes behind them, and
// leaves where that is, or 0 for no children.
bool Builder::place_children(std::size_t first, std::size_t trailing, std::size_t& base) {
  const std::size_t children = nodes_.size() - first;
  base = 0;
  if (children == 0) return true;
  if (!allocate(children * sizeof(slw_value) + trailing, sizeof(slw_value), base)) return false;
  auto* const placed = reinterpret_cast<slw_value*>(target_->arena_.at(base));
  for (std::size_t i = 0; i < children; ++i) {
    placed[i] = nodes_[first + i];
    const std::uint64_t offset = base - i * sizeof(slw_value) - placed[i].as.offset;
    if (has_payload(placed[i])) placed[i].as.offset = offset;
  }
  return true;
}

// Puts the container in the place of its children on the stack.
void Builder::replace_children(std::size_t first, std::uint8_t kind, std::size_t count, std::size_t base) {
  nodes_.resize(first);
  close_frame();
  slw_value& node = nodes_.emplace_back();
  node.kind = kind;
  node.count = static_cast<std::uint32_t>(count);
  node.as.offset = base;
  value_is_complete();
}

// Ends the innermost container's misuse checks.
bool Builder::close(bool object) {
  if (failed()) return false;
  if (frames_.empty() || frames_.back().object != object)
    return fail(Code::invalid_argument,
                object ? "an object ends that was not begun" : "an array ends that was not begun");
  if (object && expects_ != Expects::key)
    return fail(Code::invalid_argument, "an object ends between a key and its value");
  return true;
}

bool Builder::end_object() {
  if (!close(true)) return false;
  const std::size_t first = frames_.back().first;
  const std::size_t members = (nodes_.size() - first) / 2;
  const bool indexed = members > SLW_INDEXED_ABOVE;
  if (!(indexed ? index_members(first) : check_few_members(first))) return false;
  std::size_t base = 0;
  if (!place_children(first, indexed ? members * sizeof(std::uint32_t) : 0, base)) return false;
  if (indexed) {
    auto* const index =
        reinterpret_cast<std::uint32_t*>(target_->arena_.at(base) + 2 * members * sizeof(slw_value));
    for (std::size_t i = 0; i < members; ++i) index[i] = static_cast<std::uint32_t>(order_[i]);
  }
  replace_children(first, SLW_OBJECT, members, base);
  return true;
}

bool Builder::end_array() {
  if (!close(false)) return false;
  const std::size_t first = frames_.back().first;
  const std::size_t elements = nodes_.size() - first;
  if (slw_value packed{}; pack({nodes_.data() + first, elements}, packed)) {
    nodes_.resize(first);
    close_frame();
    nodes_.push_back(packed);
    value_is_complete();
    return true;
  }
  std::size_t base = 0;
  if (failed() || !place_children(first, 0, base)) return false;
  replace_children(first, SLW_ARRAY, elements, base);
  return true;
}

bool Builder::document(std::span<const std::byte> block) {
  if (!accept_value()) return false;
  if (!frames_.empty() || target_->arena_.used() != 0)
    return fail(Code::invalid_argument, "a whole document where a single value belongs");
  std::size_t distance = 0;
  if (!allocate(block.size(), 1, distance)) return false;
  std::byte* const copy = target_->arena_.at(distance);
  if (!block.empty()) std::memcpy(copy, block.data(), block.size());
  if (Status sound = verify({copy, block.size()}, limits_); !sound) {
    Error error = std::move(sound).error();
    return fail(error.code, std::move(error.message));
  }
  slw_value root = *reinterpret_cast<const slw_value*>(copy);
  if (has_payload(root)) root.as.offset = distance - root.as.offset;
  return push_value(root);
}

Status Builder::finish() {
  if (!failed() && (!frames_.empty() || nodes_.size() != 1))
    fail(Code::invalid_argument, frames_.empty()         ? "no value was written"
                                 : frames_.back().object ? "an object was not ended"
                                                         : "an array was not ended");
  std::size_t base = 0;
  if (!failed() && place_children(0, 0, base)) target_->complete_ = true;
  if (failed()) return std::move(error_);
  return {};
}

void Builder::shrink(std::size_t keep) {
  if (nodes_.capacity() * sizeof(slw_value) > keep) std::vector<slw_value>().swap(nodes_);
  if (order_.capacity() * sizeof(std::uint64_t) > keep) std::vector<std::uint64_t>().swap(order_);
}

}  // namespace slipway::document
