#include "lifecycle/packed_bundle.hpp"

#include <array>
#include <memory>

#include "lifecycle/tar_stream.hpp"

namespace slipway::lifecycle {
namespace {

constexpr const char* kLock = "slipway.lock";
constexpr const char* kSbom = "sbom.spdx.json";
constexpr const char* kBundle = "bundle/";
constexpr std::uint64_t kMaxTextBytes = std::uint64_t{16} << 20;  // the lock; the SBOM
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

Error wrong(std::string what) {
  return {Code::invalid_argument, "the packed bundle " + std::move(what)};
}

Status write_text(TarWriter& tar, const std::string& name, const std::string& text) {
  if (Status begun = tar.begin_file(name, text.size()); !begun) return begun;
  return tar.write(text);
}

Status write_file(TarWriter& tar, const std::filesystem::path& folder, const LockedFile& file) {
  Result<FileInput> input = FileInput::open(folder / file.path);
  if (!input) return std::move(input).error();
  if (Status begun = tar.begin_file(kBundle + file.path, file.size); !begun) return begun;
  const auto piece = std::make_unique<std::array<char, kPieceBytes>>();
  for (;;) {
    const Result<std::size_t> got = input->read(*piece);
    if (!got) return got.error();
    if (*got == 0) return {};
    if (Status written = tar.write({piece->data(), *got}); !written) return written;
  }
}

class Reading {
 public:
  Reading(InputStream& tar, BundleVisitor& visitor) : tar_(tar), visitor_(visitor) {}

  Result<PackedBundle> run() {
    Result<std::string> lock = text(kLock);
    if (!lock) return std::move(lock).error();
    Result<BundleLock> parsed = parse_lock(*lock);
    if (!parsed) return std::move(parsed).error();
    Result<std::string> sbom = text(kSbom);
    if (!sbom) return std::move(sbom).error();
    if (to_hex(sha256(*sbom)) != parsed->sbom_sha256)
      return wrong(std::string("has an ") + kSbom + " that is not what its lock says");
    for (const LockedFile& file : parsed->files)
      if (Status done = bundle_file(file); !done) return std::move(done).error();
    const Result<std::optional<TarEntry>> more = tar_.next();
    if (!more) return more.error();
    if (*more) return wrong("holds " + (*more)->path + ", which is not in its lock");
    return PackedBundle{std::move(*parsed), std::move(*sbom)};
  }

 private:
  Result<TarEntry> entry(const std::string& path) {
    Result<std::optional<TarEntry>> next = tar_.next();
    if (!next) return std::move(next).error();
    if (!*next) return wrong("lacks " + path);
    if ((*next)->path != path) return wrong("holds " + (*next)->path + " where " + path + " belongs");
    return std::move(**next);
  }

  Result<std::string> text(const std::string& path) {
    const Result<TarEntry> found = entry(path);
    if (!found) return found.error();
    if (found->size > kMaxTextBytes)
      return Error(Code::limit_exceeded, "the packed bundle has a " + path + " of more than 16 MiB");
    std::string text;
    const Status read = pieces([&](std::string_view piece) {
      text += piece;
      return Status();
    });
    if (!read) return read.error();
    return text;
  }

  Status bundle_file(const LockedFile& file) {
    const Result<TarEntry> found = entry(kBundle + file.path);
    if (!found) return found.error();
    if (found->size != file.size) return differs(file);
    if (Status begun = visitor_.begin_file(file.path); !begun) return begun;
    Sha256Stream hash;
    Status read = pieces([&](std::string_view piece) {
      hash.update(piece);
      return visitor_.bytes(piece);
    });
    if (!read) return read;
    if (to_hex(hash.finish()) != file.sha256) return differs(file);
    return visitor_.end_file();
  }

  static Error differs(const LockedFile& file) {
    return wrong("holds a " + file.path + " that is not what its lock says");
  }

  template <class Take>
  Status pieces(const Take& take) {
    for (;;) {
      const Result<std::size_t> got = tar_.read(*piece_);
      if (!got) return got.error();
      if (*got == 0) return {};
      if (Status taken = take({piece_->data(), *got}); !taken) return taken;
    }
  }

  TarReader tar_;
  BundleVisitor& visitor_;
  std::unique_ptr<std::array<char, kPieceBytes>> piece_ = std::make_unique<std::array<char, kPieceBytes>>();
};

}  // namespace

Status write_packed(const PackedBundle& about, const std::filesystem::path& folder, Sink sink) {
  const Result<std::string> lock = to_json(about.lock);
  if (!lock) return lock.error();
  ZstdWriter zstd(std::move(sink));
  TarWriter tar([&](std::string_view bytes) { return zstd.write(bytes); });
  if (Status written = write_text(tar, kLock, *lock); !written) return written;
  if (Status written = write_text(tar, kSbom, about.sbom); !written) return written;
  for (const LockedFile& file : about.lock.files)
    if (Status written = write_file(tar, folder, file); !written) return written;
  if (Status ended = tar.finish(); !ended) return ended;
  return zstd.finish();
}

Result<PackedBundle> read_packed(InputStream& file, BundleVisitor& visitor) {
  ZstdReader tar(file);
  return read_packed_tar(tar, visitor);
}

Result<PackedBundle> read_packed_tar(InputStream& tar, BundleVisitor& visitor) {
  return Reading(tar, visitor).run();
}

}  // namespace slipway::lifecycle
