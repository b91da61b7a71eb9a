// The SDK's JSON for tests of models takes what a host takes, and makes the same document of it.
#include <slipway/detail/testing_document.hpp>
#include <slipway/detail/testing_json.hpp>

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "document/json_reader.hpp"
#include "document/verify.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  document::Document theirs;
  const bool taken = document::read_json(text, theirs).ok();
  std::optional<Json> ours;
  try {
    ours = testing::detail::JsonReader(text).read();
  } catch (const std::invalid_argument&) {
  }
  if (!taken) return 0;
  if (!ours) {
    // RapidJSON's SSE2 code passes over these control characters in strings.
    if (text.find_first_of("\x1a\x1b\x1c\x1d\x1e\x1f") == std::string_view::npos) std::abort();
    return 0;
  }
  const testing::detail::TestDocument made(*ours);
  const auto* const block = reinterpret_cast<const std::byte*>(made.root());
  if (!document::verify({block, made.size()}, document::Limits())) std::abort();
  if (!document::equal(document::Value(made.root()), theirs.root())) std::abort();
  return 0;
}
