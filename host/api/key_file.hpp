// The file of the keys that callers need (schemas/keys.yaml). It holds the SHA-256 of each and no key: they
// are long and random, so that nothing slower is needed to keep them from being guessed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "base/result.hpp"

namespace slipway::api {

struct Key {
  std::string name;
  Sha256 digest{};
  bool all_models = false;
  std::vector<std::string> models;  // otherwise
  double rate = 0;                  // requests a second; 0: as many as come
  std::uint32_t burst = 0;          // 0: those of a second, at least one
};

// The error names all that is wrong, with line and column, and never what may be a key.
Result<std::vector<Key>> read_keys(const std::filesystem::path& file);

// Puts a new file in the place of the old one in one step; who may read it stays the same. Of two at once one
// is refused.
Status replace_keys(const std::filesystem::path& file, const std::vector<Key>& keys);

}  // namespace slipway::api
