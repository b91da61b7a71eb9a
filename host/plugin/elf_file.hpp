// A shared library's bytes, addressed as the dynamic loader will lay them out. Every look is checked against
// the file.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace slipway::plugin {

// "the plugin is damaged: <what>; build or copy it again"
Error damaged(const std::string& what);

// A name out of an untrusted file as it may stand in a message: printable ASCII, shortened.
std::string printable(std::string_view name);

// Records of type T in the file's bytes, which need not be aligned.
template <class T>
class Table {
 public:
  Table() = default;
  explicit Table(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::size_t size() const { return bytes_.size() / sizeof(T); }
  T operator[](std::size_t i) const {  // i < size()
    T record;
    std::memcpy(&record, bytes_.data() + i * sizeof(T), sizeof(T));
    return record;
  }

 private:
  std::span<const std::byte> bytes_;
};

// Not copied: `file` must outlive it. Immutable.  [any]
class ElfFile {
 public:
  // Checks the header, the program headers, the segments and the dynamic section of a shared library for this
  // host.
  static Result<ElfFile> read(std::span<const std::byte> file);

  const std::vector<Elf64_Phdr>& headers() const { return headers_; }
  const Elf64_Phdr* header(std::uint32_t type) const;  // the only one of its type, or null

  std::optional<std::uint64_t> tag(std::int64_t tag) const;   // the DT_ value
  std::vector<std::uint64_t> all(std::int64_t tag) const;     // of a tag that may be repeated
  bool has_flag(std::int64_t tag, std::uint64_t flag) const;  // in DT_FLAGS or DT_FLAGS_1

  // The file's bytes behind `size` addresses, in one readable segment; none when they are not all in the
  // file.
  std::optional<std::span<const std::byte>> at(std::uint64_t address, std::uint64_t size) const;
  // As many as there are up to the end of the segment.
  std::optional<std::span<const std::byte>> from(std::uint64_t address) const;

  bool executable(std::uint64_t address) const;
  bool writable(std::uint64_t address, std::uint64_t size) const;  // file-backed or not

  // The string at an offset of the string table.
  std::optional<std::string_view> text(std::uint64_t offset) const;
  std::span<const std::byte> bytes() const { return file_; }

 private:
  explicit ElfFile(std::span<const std::byte> file) : file_(file) {}
  Status read_header();
  Status read_segments();
  Status check_segment(const Elf64_Phdr& segment, std::uint64_t& mapped_to) const;
  Status check_headers_are_mapped(const Elf64_Ehdr& header) const;
  Status read_dynamic();
  Status read_strings();

  std::span<const std::byte> file_;
  std::vector<Elf64_Phdr> headers_;
  std::vector<Elf64_Dyn> dynamic_;
  std::string_view strings_;  // ends with NUL
};

}  // namespace slipway::plugin
