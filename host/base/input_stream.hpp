// Bytes that are read once, from the beginning to the end, wherever they come from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace slipway {

// Not thread-safe. After an error nothing more may be asked.
class InputStream {
 public:
  virtual ~InputStream() = default;
  // Puts up to `into.size()` bytes, more than none, into `into`. 0: the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  // The same, but fewer than `into.size()` bytes only at the end.
  Result<std::size_t> read_fully(std::span<char> into);
};

// A regular file; anything else is refused.
class FileInput : public InputStream {
 public:
  static Result<FileInput> open(const std::filesystem::path& file);
  Result<std::size_t> read(std::span<char> into) override;

 private:
  FileInput(UniqueFd file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}

  UniqueFd file_;
  std::string name_;  // for messages
};

}  // namespace slipway
