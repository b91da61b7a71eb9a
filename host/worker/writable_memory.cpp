#include "worker/writable_memory.hpp"

#include <link.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace slipway::worker {
namespace {

constexpr std::size_t kNearby = 8;  // bytes between two changes that are one

// AddressSanitizer puts memory that nobody may look at between variables; here it is looked at.
[[gnu::no_sanitize_address]] char byte_at(const volatile char* place) {
  return *place;
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

struct Search {
  std::string_view path;
  std::uint64_t base = 0;
  std::vector<Range> writable;  // addresses in the file
};

int look_at(dl_phdr_info* info, std::size_t, void* data) {
  auto& search = *static_cast<Search*>(data);
  if (search.path != info->dlpi_name) return 0;
  search.base = info->dlpi_addr;
  Range read_only{0, 0};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const Range range{header.p_vaddr, header.p_vaddr + header.p_memsz};
    if (header.p_type == PT_GNU_RELRO) read_only = range;
    if (header.p_type == PT_LOAD && (header.p_flags & PF_W) != 0) search.writable.push_back(range);
  }
  // What was relocated and then protected lies at the beginning of a segment.
  for (Range& range : search.writable)
    if (read_only.begin <= range.begin && read_only.end > range.begin)
      range.begin = std::min(range.end, read_only.end);
  return 1;
}

}  // namespace

WritableMemory WritableMemory::taken(const std::string& path) {
  Search search{path, 0, {}};
  ::dl_iterate_phdr(&look_at, &search);
  WritableMemory memory;
  for (const Range& range : search.writable) {
    const auto* const begin = reinterpret_cast<const char*>(search.base + range.begin);
    std::vector<char> bytes(range.end - range.begin);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = byte_at(begin + i);
    memory.segments_.push_back({begin, range.begin, std::move(bytes)});
  }
  return memory;
}

std::size_t WritableMemory::size() const {
  std::size_t size = 0;
  for (const Segment& segment : segments_) size += segment.bytes.size();
  return size;
}

std::vector<WritableMemory::Change> WritableMemory::changes() const {
  std::vector<Change> changes;
  for (const Segment& segment : segments_) {
    std::size_t last = 0;  // behind the last change
    for (std::size_t i = 0; i < segment.bytes.size(); ++i) {
      if (byte_at(segment.begin + i) == segment.bytes[i]) continue;
      if (last != 0 && i < last + kNearby)
        changes.back().size = segment.address + i + 1 - changes.back().address;
      else
        changes.push_back({segment.address + i, 1});
      last = i + 1;
    }
  }
  return changes;
}

}  // namespace slipway::worker
