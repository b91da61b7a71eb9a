#include "document/builder.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "base/utf8.hpp"
#include "document/pointer.hpp"

namespace slipway::document {
namespace {

constexpr std::uint32_t kMostCount = std::numeric_limits<std::uint32_t>::max();

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
  key_pending_ = failed_ = false;
}

bool Builder::fail(Code code, std::string message) {
  if (!failed_) {
    failed_ = true;
    error_ = Error(code, std::move(message), pointer());
  }
  return false;
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

bool Builder::accept_value() {
  if (failed_) return false;
  if (frames_.empty() && !nodes_.empty())
    return fail(Code::invalid_argument, "a second value after the first one");
  if (!frames_.empty() && frames_.back().object && !key_pending_)
    return fail(Code::invalid_argument, "a value in an object without a key before it");
  return true;
}

bool Builder::accept_node() {
  if (++count_ <= limits_.nodes) return true;
  return fail(Code::limit_exceeded,
              "more than " + std::to_string(limits_.nodes) + " values in one document are not accepted");
}

bool Builder::push_value(const slw_value& node) {
  if (!accept_value() || !accept_node()) return false;
  nodes_.push_back(node);
  key_pending_ = false;
  return true;
}

bool Builder::scalar(std::uint8_t kind) {
  slw_value node{};
  node.kind = kind;
  return push_value(node);
}

bool Builder::int64(std::int64_t value) {
  slw_value node{};
  node.kind = SLW_INT64;
  node.as.i64 = value;
  return push_value(node);
}

bool Builder::uint64(std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return int64(static_cast<std::int64_t>(value));
  slw_value node{};
  node.kind = SLW_UINT64;
  node.as.u64 = value;
  return push_value(node);
}

bool Builder::float64(double value, bool integral) {
  if (!std::isfinite(value) && !failed_)
    return fail(Code::invalid_argument,
                std::string(std::isnan(value) ? "NaN" : "an infinite number") + " cannot be written as JSON");
  slw_value node{};
  node.kind = SLW_FLOAT64;
  node.detail = integral ? SLW_INTEGRAL : 0;
  node.as.f64 = value;
  return push_value(node);
}

bool Builder::number(const slw_value& number) {
  return push_value(number);
}

bool Builder::allocate(std::size_t size, std::size_t alignment, std::size_t& distance) {
  if (size > limits_.document_bytes || target_->arena_.used() > limits_.document_bytes - size)
    return fail(Code::limit_exceeded, "the document needs more than " +
                                          std::to_string(limits_.document_bytes) + " bytes of memory");
  distance = target_->arena_.allocate(size, alignment);
  return true;
}

bool Builder::copy_text(std::string_view text, slw_value& node) {
  if (text.size() > limits_.string_bytes || text.size() > kMostCount)
    return fail(Code::limit_exceeded, "a string of " + std::to_string(text.size()) + " bytes; at most " +
                                          std::to_string(limits_.string_bytes) + " are accepted");
  node.count = static_cast<std::uint32_t>(text.size());
  if (text.empty()) return true;
  std::size_t distance;
  if (!allocate(text.size(), 1, distance)) return false;
  std::memcpy(target_->arena_.at(distance), text.data(), text.size());
  node.as.offset = distance;
  return true;
}

bool Builder::string(std::string_view text) {
  if (!accept_value()) return false;
  if (!is_utf8(text)) return fail(Code::invalid_argument, "a string is not valid UTF-8");
  slw_value node{};
  node.kind = SLW_STRING;
  return copy_text(text, node) && push_value(node);
}

bool Builder::bytes(std::string_view octets) {
  if (!accept_value()) return false;
  slw_value node{};
  node.kind = SLW_BYTES;
  return copy_text(octets, node) && push_value(node);
}

bool Builder::key(std::string_view text) {
  if (failed_) return false;
  if (frames_.empty() || !frames_.back().object || key_pending_)
    return fail(Code::invalid_argument, "a key where none belongs");
  if (!is_utf8(text)) return fail(Code::invalid_argument, "a key is not valid UTF-8");
  slw_value node{};
  node.kind = SLW_STRING;
  node.tag = slw_key_hash(text.data(), text.size());
  if (!copy_text(text, node) || !accept_node()) return false;
  nodes_.push_back(node);
  key_pending_ = true;
  return true;
}

bool Builder::begin(bool object) {
  if (!accept_value() || !accept_node()) return false;
  if (frames_.size() >= limits_.depth)
    return fail(Code::limit_exceeded, "arrays and objects nested more than " + std::to_string(limits_.depth) +
                                          " deep are not accepted");
  frames_.push_back({nodes_.size(), object});
  key_pending_ = false;
  return true;
}

// Moves the children from the stack to their final place in the arena, with `trailing` bytes behind them.
bool Builder::place_children(std::size_t first, std::size_t trailing, slw_value& parent) {
  const std::size_t children = nodes_.size() - first;
  if (children == 0) return true;
  std::size_t base;
  if (!allocate(children * sizeof(slw_value) + trailing, sizeof(slw_value), base)) return false;
  slw_value* const placed = reinterpret_cast<slw_value*>(target_->arena_.at(base));
  std::memcpy(static_cast<void*>(placed), nodes_.data() + first, children * sizeof(slw_value));
  for (std::size_t i = 0; i < children; ++i)
    if (has_payload(placed[i])) placed[i].as.offset = base - i * sizeof(slw_value) - placed[i].as.offset;
  parent.as.offset = base;
  return true;
}

// Ends the innermost container's misuse checks.
bool Builder::close(bool object) {
  if (failed_) return false;
  if (frames_.empty() || frames_.back().object != object)
    return fail(Code::invalid_argument,
                object ? "an object ends that was not begun" : "an array ends that was not begun");
  if (key_pending_) return fail(Code::invalid_argument, "an object ends between a key and its value");
  return true;
}

bool Builder::end_object() {
  if (!close(true)) return false;
  const std::size_t first = frames_.back().first;
  const std::size_t members = (nodes_.size() - first) / 2;
  slw_value node{};
  node.kind = SLW_OBJECT;
  node.count = static_cast<std::uint32_t>(members);
  const bool indexed = members > SLW_INDEXED_ABOVE;
  if (!(indexed ? index_members(first) : check_few_members(first))) return false;
  if (!place_children(first, indexed ? members * sizeof(std::uint32_t) : 0, node)) return false;
  if (indexed) {
    auto* const index = reinterpret_cast<std::uint32_t*>(target_->arena_.at(node.as.offset) +
                                                         2 * members * sizeof(slw_value));
    for (std::size_t i = 0; i < members; ++i) index[i] = static_cast<std::uint32_t>(order_[i]);
  }
  nodes_.resize(first);
  frames_.pop_back();
  nodes_.push_back(node);
  return true;
}

bool Builder::end_array() {
  if (!close(false)) return false;
  const std::size_t first = frames_.back().first;
  const std::size_t elements = nodes_.size() - first;
  slw_value node{};
  if (!pack({nodes_.data() + first, elements}, node)) {
    if (failed_) return false;
    node.kind = SLW_ARRAY;
    node.count = static_cast<std::uint32_t>(elements);
    if (!place_children(first, 0, node)) return false;
  }
  nodes_.resize(first);
  frames_.pop_back();
  nodes_.push_back(node);
  return true;
}

Status Builder::finish() {
  if (!failed_ && (!frames_.empty() || nodes_.size() != 1))
    fail(Code::invalid_argument, frames_.empty()         ? "no value was written"
                                 : frames_.back().object ? "an object was not ended"
                                                         : "an array was not ended");
  slw_value ignored{};
  if (!failed_ && place_children(0, 0, ignored)) target_->complete_ = true;
  if (failed_) return std::move(error_);
  return {};
}

void Builder::shrink(std::size_t keep) {
  if (nodes_.capacity() * sizeof(slw_value) > keep) std::vector<slw_value>().swap(nodes_);
  if (order_.capacity() * sizeof(std::uint64_t) > keep) std::vector<std::uint64_t>().swap(order_);
}

}  // namespace slipway::document
