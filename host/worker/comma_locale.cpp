#include "worker/comma_locale.hpp"

#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <locale>
#include <string>

#include "base/file.hpp"

namespace slipway::worker {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr const char* kName = "comma";

// LC_NUMERIC as localedef(1) compiles it (glibc's locale/loadlocale.c): a magic number, how many values,
// where each lies, the values.
std::string compiled() {
  constexpr std::uint32_t kMagic = 0x20031115u ^ LC_NUMERIC;
  constexpr std::uint32_t kValues = 6;
  std::string values;
  std::uint32_t places[kValues];
  const auto put = [&](std::size_t index, const std::string& bytes) {
    places[index] = static_cast<std::uint32_t>((2 + kValues) * sizeof(std::uint32_t) + values.size());
    values += bytes;
  };
  const auto word = [](std::uint32_t value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  };
  put(3, word(','));  // the decimal point as a wide character; aligned: first
  put(4, word('.'));  // what separates thousands
  put(0, ",\0"s);     // the same with their NULs
  put(1, ".\0"s);
  put(2, "\3\3\0"s);  // how they are grouped
  put(5, "UTF-8\0"s);
  std::string file = word(kMagic) + word(kValues);
  for (const std::uint32_t place : places) file += word(place);
  return file + values;
}

struct CommaPunctuation : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
};

}  // namespace

Result<CommaLocale> CommaLocale::prepare() {
  std::string folder = (fs::temp_directory_path() / "slipway-locale-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return Error(Code::io, "cannot make a folder for a locale: " + system_message(errno));
  std::error_code error;
  fs::create_directory(fs::path(folder) / kName, error);
  std::ofstream(fs::path(folder) / kName / "LC_NUMERIC") << compiled();
  ::setenv("LOCPATH", folder.c_str(), 1);
  const locale_t held = ::newlocale(LC_NUMERIC_MASK, kName, nullptr);
  fs::remove_all(folder, error);
  if (held == nullptr)
    return Error(Code::unsupported, "the C library takes no locale with a decimal comma from this program");
  return CommaLocale(held);
}

Status CommaLocale::put_in_force() const {
  if (std::setlocale(LC_NUMERIC, kName) == nullptr)
    return {Code::unsupported, "the C library does not set a locale with a decimal comma"};
  // A locale without a name: the C library's stays as it was just set.
  std::locale::global(std::locale(std::locale::classic(), new CommaPunctuation));
  return {};
}

}  // namespace slipway::worker
