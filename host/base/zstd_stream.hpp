// Zstandard (RFC 8878): one frame, written and read piece by piece.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/input_stream.hpp"
#include "base/result.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace slipway {

// Where bytes go to, in order.
using Sink = std::function<Status(std::string_view)>;

// Always the same level, window and single thread: with one version of libzstd the same bytes in, in whatever
// pieces, are the same bytes out. Not thread-safe.
class ZstdWriter {
 public:
  explicit ZstdWriter(Sink sink);
  Status write(std::string_view bytes);
  Status finish();  // once, at the end

 private:
  Status compress(std::string_view bytes, bool end);

  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  Sink sink_;
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::vector<char> out_;
};

// What one frame holds. Hostile bytes cost a bounded amount of memory (kMostWindowBytes and a little), and an
// error: a frame that is cut short or damaged, wants a larger window or a dictionary, and anything behind the
// frame, another frame too. How much comes out is for the caller to bound. Not thread-safe.
class ZstdReader : public InputStream {
 public:
  static constexpr std::size_t kMostWindowBytes = std::size_t{8} << 20;

  explicit ZstdReader(InputStream& compressed);  // which outlives it
  Result<std::size_t> read(std::span<char> into) override;

 private:
  Result<bool> refill();  // false: there is no more
  Status check_nothing_follows();

  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };
  InputStream& compressed_;
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::vector<char> in_;
  std::size_t begin_ = 0, end_ = 0;  // of what is in in_ and not taken yet
  bool ended_ = false;
};

}  // namespace slipway
