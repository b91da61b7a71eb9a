// Counts what the whole program allocates: its libraries and plugins, too.
#pragma once

#include <cstddef>

namespace slipway::guard {

// From now on allocations of all threads are counted.
void begin_counting();
// How many there were. Where the first was made is told by print_first().
std::size_t end_counting();
// To standard error, as addresses for addr2line.
void print_first();

}  // namespace slipway::guard
