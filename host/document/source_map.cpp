#include "document/source_map.hpp"

#include "document/pointer.hpp"

namespace slipway::document {

std::uint32_t SourceMap::add(std::uint32_t parent, std::string token, Position key, Position value) {
  const auto number = static_cast<std::uint32_t>(places_.size());
  places_.push_back({key, value, {}});
  if (parent != kNone) places_[parent].children.emplace(std::move(token), number);
  return number;
}

void SourceMap::clear() {
  places_.clear();
}

SourceMap::Position SourceMap::find(std::string_view pointer, bool of_key) const {
  if (places_.empty()) return {};
  std::uint32_t at = 0;
  while (!pointer.empty() && pointer.front() == '/') {
    const auto& children = places_[at].children;
    const auto child = children.find(take_token(pointer));
    if (child == children.end()) return places_[at].value;
    at = child->second;
  }
  return of_key && places_[at].key.line != 0 ? places_[at].key : places_[at].value;
}

std::string SourceMap::describe(Position position) const {
  if (position.line == 0) return file_;
  return file_ + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

std::string SourceMap::describe(std::string_view pointer, bool of_key) const {
  return describe(find(pointer, of_key));
}

}  // namespace slipway::document
