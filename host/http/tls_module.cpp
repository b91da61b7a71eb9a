// TLS is a module beside the program, loaded where a certificate is configured: a host without one neither
// maps nor links OpenSSL, which is larger than all the rest of it.
#include "http/tls_module.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string_view>

namespace slipway::http {
namespace {

constexpr const char* kFile = "slipway-tls.so";

// Beside the program, as it is built; or where it is installed.
std::filesystem::path module_file() {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
  const std::filesystem::path beside = folder / kFile;
  return std::filesystem::exists(beside, failed) ? beside : folder.parent_path() / "lib" / "slipway" / kFile;
}

Error cannot_load(const std::string& why) {
  return {
      Code::invalid_argument,
      "tls: " + why + "; install " + kFile +
          " of this build beside the program (it comes of a build with libssl-dev), or take `tls` out of the "
          "configuration and put a proxy in front"};
}

}  // namespace

Result<std::unique_ptr<TlsContext>> open_tls(TlsFiles files) {
  const std::filesystem::path file = module_file();
  void* const library =
      ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);  // for good: its code is in use from now on
  if (library == nullptr) return cannot_load(::dlerror());
  const auto* const module = static_cast<const TlsModule*>(::dlsym(library, "slipway_tls_module"));
  if (module == nullptr) return cannot_load(file.string() + " is no TLS module");
  if (std::string_view(module->version) != SLIPWAY_VERSION)
    return cannot_load(file.string() + " is of version " + module->version + ", this is " SLIPWAY_VERSION);
  return module->open(std::move(files));
}

}  // namespace slipway::http
