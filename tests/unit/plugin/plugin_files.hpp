// Plugin files for the tests of this folder: read, edited, and put into folders that go away.
#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "fixtures.hpp"
#include "plugin/stored_library.hpp"
#include "temporary_directory.hpp"

namespace slipway::test {

#ifdef SLIPWAY_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

inline std::string bytes_of(std::string_view name) {
  Result<std::string> bytes = read_file(fixture(name), plugin::kMaxPluginBytes);
  if (!bytes.ok()) throw std::runtime_error(bytes.error().message);
  return std::move(*bytes);
}

inline Result<plugin::ElfReport> inspect(std::string_view bytes,
                                         const plugin::InspectionPolicy& policy = {}) {
  return plugin::inspect_plugin(std::as_bytes(std::span(bytes)), policy);
}

// The sentence of a refusal; "" when there was none.
template <class T>
std::string refusal(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().message;
}

}  // namespace slipway::test
