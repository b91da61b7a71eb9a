#include "http/message.hpp"

#include <algorithm>

#include "http/text.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kKeptBody = 256 * 1024;  // for the connection's next request
constexpr std::string_view kMethods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

}  // namespace

std::string_view to_text(Method method) {
  const auto index = static_cast<std::size_t>(method);
  return index < std::size(kMethods) ? kMethods[index] : std::string_view();
}

Method method_from_text(std::string_view text) {
  const auto* const found = std::find(std::begin(kMethods), std::end(kMethods), text);
  return static_cast<Method>(found - std::begin(kMethods));
}

std::optional<std::string_view> Request::header(std::string_view name) const {
  for (const Field& field : fields_)
    if (equal_ignoring_case(field.name, name)) return field.value;
  return std::nullopt;
}

// The buffer goes as well where it is larger than what thousands of connections may keep.
void Request::drop_counted_body() noexcept {
  if (!body_share_.held()) return;
  body_share_.release();
  body_.shrink(kKeptBody);
}

void Request::clear() {
  drop_counted_body();
  fields_.clear();
  head_.clear();
  decoded_path_.clear();
  body_.clear();
  method_text_ = target_ = path_ = query_ = request_id_ = {};
  arrived_ = 0;
  method_ = Method::other;
  http_1_0_ = false;
}

void Request::release_memory() {
  clear();
  std::vector<Field>().swap(fields_);
  head_.shrink(0);
  decoded_path_.shrink(0);
  body_.shrink(0);
}

bool Response::add_header(std::string_view name, std::string_view value) {
  const auto harmless = [](char byte) {
    return byte == '\t' || (static_cast<unsigned char>(byte) >= 0x20 && byte != 0x7F);
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) return false;
  if (!std::all_of(value.begin(), value.end(), harmless)) return false;
  header_lines_.reserve(header_lines_.size() + name.size() + value.size() + 4);
  header_lines_.append(name);
  header_lines_.append(": ");
  header_lines_.append(value);
  header_lines_.append("\r\n");
  return true;
}

void Response::set_static_body(std::string_view bytes, std::shared_ptr<const void> owner) {
  static_body_ = bytes;
  static_body_owner_ = std::move(owner);
  has_static_body_ = true;
}

void Response::clear_static_body() {
  static_body_ = {};
  static_body_owner_.reset();
  has_static_body_ = false;
}

void Response::clear() {
  body_.clear();
  header_lines_.clear();
  content_type_ = {};
  status_ = 200;
  close_ = false;
  if (has_static_body_) clear_static_body();
}

void Response::release_memory() {
  clear();
  body_.shrink(0);
  header_lines_.shrink(0);
}

}  // namespace slipway::http
