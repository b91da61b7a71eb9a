// Plugin files for the tests of this folder: read, edited, and put into folders that go away.
#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "fixtures.hpp"
#include "plugin/stored_library.hpp"

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

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "slipway-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  std::filesystem::path write(std::string_view name, std::string_view bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << bytes;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace slipway::test
