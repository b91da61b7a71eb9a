#include "http/deadline_heap.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

using namespace slipway;
using namespace slipway::http;

TEST_CASE("deadlines come out nearest first, whatever was removed in between") {
  std::mt19937 random(7);
  std::vector<DeadlineEntry> entries(200);
  std::vector<Nanoseconds> expected;
  DeadlineHeap heap;
  heap.reserve(entries.size());
  for (auto& entry : entries) heap.add(entry, static_cast<Nanoseconds>(random() % 50));
  for (auto& entry : entries) {
    if (random() % 3 == 0) {
      heap.remove(entry);
      heap.remove(entry);  // again is harmless
    } else {
      expected.push_back(entry.deadline);
    }
  }
  std::sort(expected.begin(), expected.end());
  std::vector<Nanoseconds> seen;
  while (!heap.empty()) {
    seen.push_back(heap.nearest().deadline);
    heap.remove(heap.nearest());
  }
  CHECK(seen == expected);
}
