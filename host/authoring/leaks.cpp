#include "authoring/leaks.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "plugin/elf_facts.hpp"
#include "plugin/stored_library.hpp"

namespace slipway::authoring {
namespace {

// What a secret begins with, how many characters of it follow at least, and which.
struct Token {
  std::string_view prefix;
  std::size_t least;
  std::string_view besides;  // letters and digits
  const char* what;
};
constexpr std::array<Token, 10> kTokens = {{{"AKIA", 16, "", "holds an AWS access key"},
                                            {"ASIA", 16, "", "holds an AWS access key"},
                                            {"ghp_", 36, "", "holds a GitHub token"},
                                            {"gho_", 36, "", "holds a GitHub token"},
                                            {"ghs_", 36, "", "holds a GitHub token"},
                                            {"github_pat_", 50, "_", "holds a GitHub token"},
                                            {"xoxb-", 20, "-", "holds a Slack token"},
                                            {"xoxp-", 20, "-", "holds a Slack token"},
                                            {"AIza", 35, "-_", "holds a Google API key"},
                                            {"slw_", 43, "-_", "holds a key for a Slipway host"}}};
constexpr std::string_view kKeyBegins = "-----BEGIN ";
constexpr std::string_view kKeyHeaderEnds = "PRIVATE KEY-----";
constexpr std::size_t kOverlap = 256;  // more than any of the above needs

constexpr std::array<std::string_view, 18> kDataEndings = {
    ".csv",    ".tsv", ".parquet", ".jsonl", ".ndjson",  ".npy",  ".npz",  ".pkl",    ".pickle",
    ".joblib", ".h5",  ".hdf5",    ".arrow", ".feather", ".avro", ".xlsx", ".sqlite", ".sav"};
constexpr std::array<std::string_view, 4> kCompressed = {".gz", ".bz2", ".xz", ".zst"};
constexpr std::array<std::string_view, 6> kKeyStores = {".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"};
constexpr std::array<std::string_view, 4> kKeyNames = {"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519"};

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

template <std::size_t kSize>
bool ends_with_one_of(std::string_view name, const std::array<std::string_view, kSize>& endings) {
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view each) { return name.ends_with(each); });
}

bool is_data(std::string_view name) {
  for (const std::string_view ending : kCompressed)
    if (name.ends_with(ending)) name.remove_suffix(ending.size());
  return ends_with_one_of(name, kDataEndings);
}

bool holds(const Token& token, std::string_view text) {
  for (std::size_t at = text.find(token.prefix); at != text.npos; at = text.find(token.prefix, at + 1)) {
    if (at > 0 && is_letter_or_digit(text[at - 1])) continue;
    std::size_t size = 0;
    for (const char c : text.substr(at + token.prefix.size())) {
      if (!is_letter_or_digit(c) && token.besides.find(c) == token.besides.npos) break;
      ++size;
    }
    if (size == token.least || (size > token.least && !token.besides.empty())) return true;
  }
  return false;
}

// A PEM header and the beginning of what it announces, be it in a line of its own or in a JSON string.
// Programs that read keys hold the header alone.
bool holds_private_key(std::string_view text) {
  constexpr std::string_view kBetween = "\r\n\\rn \t";
  for (std::size_t at = text.find(kKeyBegins); at != text.npos; at = text.find(kKeyBegins, at + 1)) {
    const std::string_view header = text.substr(at, 64);
    const std::size_t end = header.find(kKeyHeaderEnds);
    if (end == header.npos) continue;
    const std::string_view rest = text.substr(at + end + kKeyHeaderEnds.size());
    const std::size_t begins = rest.find_first_not_of(kBetween);
    if (begins != rest.npos && begins > 0 && is_letter_or_digit(rest[begins])) return true;
  }
  return false;
}

std::string absolute_search_path(std::string_view library) {
  const Result<plugin::ElfFacts> facts = plugin::read_elf_facts(std::as_bytes(std::span(library)));
  if (!facts) return {};
  for (const std::string& path : facts->search_paths)
    if (!path.starts_with("$ORIGIN") && !path.starts_with("${ORIGIN}"))
      return "looks for libraries in " + path +
             ", a folder of the machine that built it; link without -rpath";
  return {};
}

}  // namespace

std::string leak_by_path(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));  // npos + 1: the whole
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (std::find(kKeyNames.begin(), kKeyNames.end(), name) != kKeyNames.end())
    return "is called like a private SSH key";
  if (ends_with_one_of(name, kKeyStores)) return "is a key store, by its name";
  if (name.ends_with(".env") || name.ends_with("netrc")) return "is a file for passwords, by its name";
  if (name.find("credentials") != name.npos && name.ends_with(".json")) return "is called like credentials";
  if (is_data(name) && !path.starts_with("data/") && !path.starts_with("tests/"))
    return "is data, by its name; what the model reads belongs in data/, what it was trained on nowhere";
  return {};
}

void SecretFinder::add(std::string_view piece) {
  if (what_ != nullptr) return;
  window_ += piece;
  if (holds_private_key(window_)) what_ = "holds a private key";
  for (const Token& token : kTokens)
    if (what_ == nullptr && holds(token, window_)) what_ = token.what;
  if (window_.size() > kOverlap) window_.erase(0, window_.size() - kOverlap);
}

std::string SecretFinder::found() const {
  return what_ == nullptr ? "" : what_;
}

Status LeakFinder::begin_file(const std::string& path) {
  path_ = path;
  secrets_ = SecretFinder();
  library_.clear();
  if (std::string reason = leak_by_path(path); !reason.empty()) leaks_.push_back({path, std::move(reason)});
  return next_.begin_file(path);
}

Status LeakFinder::bytes(std::string_view piece) {
  secrets_.add(piece);
  if (path_.starts_with("lib/") && library_.size() <= plugin::kMaxPluginBytes) library_ += piece;
  return next_.bytes(piece);
}

Status LeakFinder::end_file() {
  for (std::string reason : {secrets_.found(), absolute_search_path(library_)})
    if (!reason.empty()) leaks_.push_back({path_, std::move(reason)});
  return next_.end_file();
}

}  // namespace slipway::authoring
