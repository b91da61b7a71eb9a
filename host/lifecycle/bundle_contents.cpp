#include "lifecycle/bundle_contents.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace slipway::lifecycle {
namespace {

constexpr std::size_t kMaxPathBytes = 1024;
constexpr std::size_t kHashDigits = 64;
constexpr std::size_t kMostDifferencesNamed = 5;

bool is_hash(std::string_view text) {
  return text.size() == kHashDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool by_path(const HashedFile& a, const HashedFile& b) {
  return a.path < b.path;
}

}  // namespace

BundleContents::BundleContents(std::vector<HashedFile> files) : files_(std::move(files)) {
  std::sort(files_.begin(), files_.end(), by_path);
  for (const HashedFile& file : files_) text_ += file.sha256 + "  " + file.path + "\n";
}

Result<BundleContents> BundleContents::parse(std::string_view text) {
  std::vector<HashedFile> files;
  const std::string_view whole = text;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view hash = line.substr(0, std::min(kHashDigits, line.size()));
    const std::string_view path = line.substr(std::min(kHashDigits + 2, line.size()));
    if (!is_hash(hash) || line.substr(kHashDigits, 2) != "  " || !check_bundle_path(path))
      return Error(Code::invalid_argument, "line " + std::to_string(files.size() + 1) +
                                               " of the list of contents is not a SHA-256 and a path");
    files.push_back({std::string(path), std::string(hash)});
  }
  BundleContents contents(std::move(files));
  if (contents.text_ != whole)
    return Error(Code::invalid_argument, "the list of contents is not sorted, or does not end its last line");
  return contents;
}

const HashedFile* BundleContents::find(std::string_view path) const {
  const auto at = std::lower_bound(files_.begin(), files_.end(), path,
                                   [](const HashedFile& file, std::string_view p) { return file.path < p; });
  return at != files_.end() && at->path == path ? &*at : nullptr;
}

std::string BundleContents::digest() const {
  return to_hex(sha256(text_));
}

Status check_bundle_path(std::string_view path) {
  const bool is_text = is_utf8(path) && std::none_of(path.begin(), path.end(), is_control);
  const auto refused = [&](const char* why) {
    // What is not text must reach no terminal.
    const std::string shown = is_text ? "\"" + std::string(path.substr(0, kMaxPathBytes)) + "\"" : "A name";
    return Status(Code::invalid_argument, shown + " cannot be a file's path in a bundle: " + why);
  };
  if (path.size() > kMaxPathBytes) return refused("it is longer than 1,024 bytes");
  if (!is_utf8(path)) return refused("it is not UTF-8");
  if (!is_text || path.find('\\') != path.npos)
    return refused("it has a control character or a backslash in it");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return refused("it must lead down from the bundle");
    begin = end + 1;
  }
  return {};
}

std::string describe_difference(const BundleContents& before, const BundleContents& now) {
  std::vector<std::string> differences;
  for (const HashedFile& file : now.files()) {
    const HashedFile* const old = before.find(file.path);
    if (old == nullptr)
      differences.push_back(file.path + " is new");
    else if (old->sha256 != file.sha256)
      differences.push_back(file.path + " differs");
  }
  for (const HashedFile& file : before.files())
    if (now.find(file.path) == nullptr) differences.push_back(file.path + " is missing");
  std::string text;
  for (std::size_t i = 0; i < std::min(differences.size(), kMostDifferencesNamed); ++i)
    text += (i == 0 ? "" : ", ") + differences[i];
  if (differences.size() > kMostDifferencesNamed)
    text += " and " + std::to_string(differences.size() - kMostDifferencesNamed) + " more";
  return text;
}

}  // namespace slipway::lifecycle
