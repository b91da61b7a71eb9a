// The global variables of a plugin that is loaded: its writable segments, without what the loader has made
// read-only. Taken once, and compared later.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace slipway::worker {

class WritableMemory {
 public:
  struct Change {
    std::uint64_t address = 0;  // in the library's file, as its symbols have it
    std::size_t size = 0;       // bytes, from the first that differs to the last nearby
  };

  // Of the library that was loaded from `path`; empty when none was. No thread may write there meanwhile.
  static WritableMemory taken(const std::string& path);

  std::size_t size() const;
  std::vector<Change> changes() const;  // since then

 private:
  struct Segment {
    const char* begin;  // in this process
    std::uint64_t address;
    std::vector<char> bytes;
  };

  std::vector<Segment> segments_;
};

}  // namespace slipway::worker
