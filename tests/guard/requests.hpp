// What is asked for: the same bytes on every run and machine.
#pragma once

#include <string>
#include <string_view>

namespace slipway::guard {

// An array of numbers as a program prints them, an integer after every three fractions, of `bytes` at least.
std::string numbers(std::size_t bytes);

// As a client's library sends it.
std::string post(std::string_view model, std::string_view body);

}  // namespace slipway::guard
