// Packed bundles: any file is one, whole and true to its lock, or a clear error. The first byte says whether
// the rest is the file or, since hardly a change of a compressed file is worth reading, what is in its zstd
// frame.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/digest.hpp"
#include "base/utf8.hpp"
#include "lifecycle/packed_bundle.hpp"
#include "lifecycle/tar_stream.hpp"
#include "memory_input.hpp"

using namespace slipway;
using namespace slipway::lifecycle;

namespace {

// Keeps what it is handed, under a bound that no small input has a right to pass.
class Kept : public BundleVisitor {
 public:
  Status begin_file(const std::string& path) override {
    if (!check_bundle_path(path) || path.starts_with('.')) std::abort();
    files_.push_back({path, 0, ""});
    hash_ = Sha256Stream();
    return {};
  }
  Status bytes(std::string_view piece) override {
    constexpr std::size_t kMost = std::size_t{16} << 20;
    if ((size_ += piece.size()) > kMost) return {Code::limit_exceeded, "more than this test takes"};
    files_.back().size += piece.size();
    hash_.update(piece);
    return {};
  }
  Status end_file() override {
    files_.back().sha256 = to_hex(hash_.finish());
    return {};
  }
  const std::vector<LockedFile>& files() const { return files_; }

 private:
  std::vector<LockedFile> files_;
  Sha256Stream hash_;
  std::size_t size_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  test::MemoryInput input({reinterpret_cast<const char*>(data) + 1, size - 1}, 1 + data[0] % 128 * 32);
  Kept kept;
  const Result<PackedBundle> read = data[0] < 128 ? read_packed(input, kept) : read_packed_tar(input, kept);
  if (!read) return read.error().message.empty() || !is_utf8(read.error().message) ? (std::abort(), 0) : 0;
  if (contents_of(kept.files()).digest() != read->lock.digest()) std::abort();
  const Result<std::string> text = to_json(read->lock);
  if (!text || !parse_lock(*text)) std::abort();
  return 0;
}
