#include "cli/given_bundle.hpp"

namespace slipway::cli {

Result<GivenBundle> open_given(const std::string& name) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(name, error)) return GivenBundle{name, std::nullopt};
  Result<lifecycle::UnpackedBundle> unpacked = lifecycle::unpack(name);
  if (!unpacked) return std::move(unpacked).error();
  const std::filesystem::path directory = unpacked->directory;
  return GivenBundle{directory, std::move(*unpacked)};
}

}  // namespace slipway::cli
