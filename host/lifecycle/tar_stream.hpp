// A tar file (POSIX ustar) of regular files and nothing else, in the one form that it can have here: no
// owner, no time, mode 0644, no folders, no extensions. What is read must be, to the bit, what would be
// written for the same paths and bytes; so there is nothing in a header to be interpreted, and nowhere to
// hide anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/input_stream.hpp"
#include "base/result.hpp"
#include "base/zstd_stream.hpp"

namespace slipway::lifecycle {

constexpr std::uint64_t kMaxTarFileBytes = (std::uint64_t{1} << 33) - 1;  // eleven octal digits

// Why a file cannot stand in a ustar archive (a path that is too long, too many bytes), or success.
Status check_fits_tar(const std::string& path, std::uint64_t size);

// Not thread-safe.
class TarWriter {
 public:
  explicit TarWriter(Sink sink) : sink_(std::move(sink)) {}

  // A file of exactly `size` bytes, which come in one or more calls of write().
  Status begin_file(const std::string& path, std::uint64_t size);
  Status write(std::string_view bytes);
  Status finish();  // once, at the end

 private:
  Status end_file();

  Sink sink_;
  std::uint64_t left_ = 0;     // bytes of the file that are still to come
  std::uint64_t padding_ = 0;  // behind them
};

struct TarEntry {
  std::string path;  // that check_bundle_path takes
  std::uint64_t size = 0;
};

// Not thread-safe. After an error nothing more may be asked.
class TarReader {
 public:
  explicit TarReader(InputStream& tar) : tar_(tar) {}  // which outlives it

  // The next file, after the bytes of the last were read; none: the archive ends here, and so does the input.
  Result<std::optional<TarEntry>> next();
  // The next piece of the file, at most `into.size()` bytes; 0: it has ended.
  Result<std::size_t> read(std::span<char> into);

 private:
  Status check_end();
  Status check_padding();

  InputStream& tar_;
  std::uint64_t left_ = 0;
  std::uint64_t padding_ = 0;
};

}  // namespace slipway::lifecycle
