#include "model/test_files.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "model/checked_yaml.hpp"
#include "model/embedded_schemas.hpp"

namespace slipway::model {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 64u << 20;

const schema::Schema& cases_schema() {
  static const std::shared_ptr<const schema::Schema> schema = own_schema(kCasesSchema, "schemas/cases.yaml");
  return *schema;
}

}  // namespace

Status for_each_test_file(
    const Bundle& bundle,
    const std::function<Status(document::Value root, const document::SourceMap& source)>& take) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator at(bundle.directory / "tests", error), end; !error && at != end;
       at.increment(error))
    if (at->path().extension() == ".yaml") files.push_back(at->path());
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const Result<std::string> text = read_file(file, kMostBytes);
    if (!text) return text.error();
    document::Document document;
    document::SourceMap source(file.string());
    if (Status read = read_checked_yaml(*text, cases_schema(), document, source); !read) return read;
    if (Status taken = take(document.root(), source); !taken) return taken;
  }
  return {};
}

}  // namespace slipway::model
