// URI references as `$ref` and `id` use them (RFC 3986, section 5).
#pragma once

#include <string>
#include <string_view>

namespace slipway::schema {

// `reference` seen from `base`, in its absolute form where `base` is absolute. `base` may also be a path in a
// bundle
// ("schemas/request.yaml") or empty; "." and ".." are gone from the result, and never lead above the root.
std::string resolve_uri(std::string_view base, std::string_view reference);

struct SplitUri {
  std::string_view document;
  std::string_view fragment;  // without its #
};
SplitUri split_uri(std::string_view uri);

// False where a % is not followed by two hexadecimal digits.
bool decode_percent(std::string_view text, std::string& decoded);

}  // namespace slipway::schema
