#include "requests.hpp"

#include <cstdint>

namespace slipway::guard {

std::string numbers(std::size_t bytes) {
  std::string text = "[";
  std::uint64_t state = 1;
  for (int i = 0; text.size() < bytes; ++i) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    const std::string digits = std::to_string(100'000'000'000'000'000u + (state >> 8));
    if (i != 0) text += ',';
    text += i % 4 == 3 ? digits.substr(digits.size() - 5) : "0." + digits.substr(digits.size() - 16);
    if (i % 4 == 3) text[text.size() - 5] = '7';  // no leading zero
  }
  return text + "]";
}

std::string post(std::string_view model, std::string_view body) {
  return "POST /models/" + std::string(model) +
         "/predict HTTP/1.1\r\n"
         "Host: models.example:8080\r\n"
         "User-Agent: python-requests/2.31.0\r\n"
         "Accept-Encoding: gzip, deflate\r\n"
         "Accept: */*\r\n"
         "Connection: keep-alive\r\n"
         "Content-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace slipway::guard
