#include "authoring/scaffold.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <sstream>
#include <system_error>

#include "authoring/bind_names.hpp"
#include "base/file.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAbout = ".template";
constexpr std::size_t kMaxFile = 1u << 20;

struct About {
  std::string purpose;
  std::vector<std::string> parts;  // folders whose files come first
};

Result<About> read_about(const fs::path& folder) {
  const Result<std::string> text = read_file(folder / kAbout, kMaxFile);
  if (!text) return text.error();
  About about;
  std::istringstream lines(*text);
  std::getline(lines, about.purpose);
  for (std::string part; lines >> part;) about.parts.push_back(part);
  return about;
}

// Of the files in `folder`, by their paths below it.
Status collect(const fs::path& folder, std::map<std::string, fs::path>& files) {
  std::error_code failed;
  fs::recursive_directory_iterator each(folder, failed);
  for (; !failed && each != fs::recursive_directory_iterator(); each.increment(failed))
    if (each->is_regular_file() && each->path().filename() != kAbout)
      files[each->path().lexically_relative(folder).generic_string()] = each->path();
  if (failed) return {Code::io, "cannot read " + folder.string() + ": " + failed.message()};
  return {};
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size())
    text.replace(at, what.size(), with);
}

Status write_new(const fs::path& path, std::string_view text) {
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return {Code::io, "cannot write " + path.string() + ": " + system_message(errno)};
  return write_all(file.get(), text);
}

Status check_target(const fs::path& target) {
  std::error_code failed;
  const bool there = fs::exists(fs::symlink_status(target, failed));
  if (!there || (fs::is_directory(target, failed) && fs::is_empty(target, failed) && !failed)) return {};
  return {Code::already_exists, target.string() + " is there already; choose another name, or --folder"};
}

}  // namespace

Result<std::vector<Template>> list_templates(const fs::path& folder) {
  std::vector<Template> found;
  std::error_code failed;
  for (fs::directory_iterator each(folder, failed); !failed && each != fs::directory_iterator();
       each.increment(failed)) {
    if (!fs::exists(each->path() / kAbout)) continue;
    Result<About> about = read_about(each->path());
    if (!about) return std::move(about).error();
    found.push_back({each->path().filename().string(), std::move(about->purpose)});
  }
  if (failed)
    return Error(Code::io,
                 "cannot read the templates in " + folder.string() + ": " + failed.message() +
                     "; `meson install` puts them beside the program, SLIPWAY_SDK names another place");
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

Status check_model_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool fits = !name.empty() && name.size() <= 63 && plain(name.front()) && plain(name.back()) &&
                    std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-'; });
  if (fits) return {};
  return {Code::invalid_argument, "\"" + std::string(name) +
                                      "\" cannot name a model: up to 63 small letters, digits and dashes, "
                                      "with a letter or digit at both ends"};
}

Result<std::vector<std::string>> scaffold(const fs::path& templates, const std::string& template_name,
                                          const std::string& model, const fs::path& target) {
  if (Status fits = check_model_name(model); !fits) return std::move(fits).error();
  const Result<std::vector<Template>> known = list_templates(templates);
  if (!known) return known.error();
  const bool exists =
      std::any_of(known->begin(), known->end(), [&](const auto& each) { return each.name == template_name; });
  if (!exists) {
    std::string names;
    for (const Template& each : *known) names += (names.empty() ? "" : ", ") + each.name;
    return Error(Code::not_found, "there is no template \"" + template_name + "\"; there are " + names);
  }
  if (Status free = check_target(target); !free) return std::move(free).error();
  const Result<About> about = read_about(templates / template_name);
  if (!about) return about.error();
  std::map<std::string, fs::path> files;
  for (const std::string& part : about->parts)
    if (Status read = collect(templates / part, files); !read) return std::move(read).error();
  if (Status read = collect(templates / template_name, files); !read) return std::move(read).error();

  const std::string plugin = identifier(model);
  std::vector<std::string> written;
  for (const auto& [file, source] : files) {
    Result<std::string> text = read_file(source, kMaxFile);
    if (!text) return std::move(text).error();
    replace_all(*text, "@name@", model);
    replace_all(*text, "@plugin@", plugin);
    if (Status put = write_new(target / file, *text); !put) return std::move(put).error();
    written.push_back(file);
  }
  return written;
}

std::string_view purpose_of(std::string_view file) {
  struct Purpose {
    std::string_view begins;
    std::string_view words;
  };
  constexpr std::array<Purpose, 14> kPurposes{{
      {"model.yaml", "the manifest: name, version, limits, parameters"},
      {"schemas/request.yaml", "what a request must be: checked before the model sees it"},
      {"schemas/response.yaml", "what an answer must be: checked before a client sees it"},
      {"src/model.", "the model: its constructor loads, predict answers"},
      {"src/plugin.", "what the shared library exports"},
      {"tests/golden.yaml", "requests and their answers: gates that every version must pass"},
      {"tests/holdout.yaml", "how good the model must be on held-out rows"},
      {"tests/", "the held-out rows"},
      {"data/", "weights and the like, which travel with the model"},
      {"unit_tests/model_test.cpp", "tests of the class itself"},
      {"README.md", "the model card"},
      {"CMakeLists.txt", "the build"},
      {".github/", "builds, tests and packs at every push"},
      {".gitignore", "what is made, and need not be kept"},
  }};
  for (const Purpose& each : kPurposes)
    if (file.starts_with(each.begins)) return each.words;
  return {};
}

}  // namespace slipway::authoring
