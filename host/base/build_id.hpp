// Which build of this program runs.
#pragma once

#include <string>

namespace slipway {

// The build ID that the linker has written into the program (an ELF note of the type NT_GNU_BUILD_ID), in
// hexadecimal: another build, another ID. Empty where there is none.
std::string program_build_id();

}  // namespace slipway
