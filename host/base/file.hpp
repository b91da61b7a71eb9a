// Whole files, read and written with the operating system's own words in the error.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace slipway {

// The file's bytes. Refuses what is not a regular file and what is larger than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// "No such file or directory" for ENOENT: errno as a person reads it. Thread-safe.
std::string system_message(int error_number);

// Writes all of `bytes` to an open descriptor, through short writes and interruptions.
Status write_all(int fd, std::string_view bytes);

}  // namespace slipway
