#include "api/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <set>

#include "base/file.hpp"
#include "base/file_system.hpp"
#include "base/json_text.hpp"
#include "base/unique_fd.hpp"
#include "document/document.hpp"
#include "document/source_map.hpp"
#include "document/value.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::api {

extern const std::string_view kKeysSchema;

namespace {

namespace fs = std::filesystem;
using document::Value;

constexpr std::size_t kFileBytes = std::size_t{8} << 20;

// 64 digits, as the schema has checked.
Sha256 from_hex(std::string_view text) {
  Sha256 digest{};
  for (std::size_t i = 0; i < digest.size(); ++i)
    std::from_chars(text.data() + 2 * i, text.data() + 2 * i + 2, digest[i], 16);
  return digest;
}

Key read_key(Value entry) {
  Key key;
  key.name = model::text_or(entry, "name", "");
  key.digest = from_hex(model::text_or(entry, "sha256", ""));
  const Value models(entry.find("models"));
  key.all_models = models.is_string();
  for (std::uint32_t i = 0; !key.all_models && i < models.size(); ++i)
    key.models.emplace_back(models.element(i).text());
  if (const slw_value* const rate = entry.find("rate")) key.rate = Value(rate).number();
  if (const slw_value* const burst = entry.find("burst"))
    key.burst = static_cast<std::uint32_t>(Value(burst).int64());
  return key;
}

Status check_distinct(const std::vector<Key>& keys, const document::SourceMap& source) {
  std::set<std::string_view> names;
  std::set<Sha256> digests;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const bool new_name = names.insert(keys[i].name).second;
    if (new_name && digests.insert(keys[i].digest).second) continue;
    const std::string pointer = "/keys/" + std::to_string(i);
    return {Code::invalid_argument,
            source.describe(pointer) + ": " + pointer + ": the key \"" + keys[i].name + "\" is there twice" +
                (new_name ? ", under another name" : "") + "; remove one",
            pointer};
  }
  return {};
}

std::string in_quotes(std::string_view text) {
  PaddedBuffer out;
  append_json_string(text, out);
  return std::string(out.view());
}

std::string to_yaml(const std::vector<Key>& keys) {
  std::string text =
      "# Written by `slipway keys`. Only hashes are kept; a key that was lost is made anew.\nkeys:";
  if (keys.empty())
    text += " []\n";
  else
    text += '\n';
  for (const Key& key : keys) {
    text += "  - name: " + in_quotes(key.name) + "\n    sha256: \"" + to_hex(key.digest) + "\"\n    models: ";
    for (std::size_t i = 0; i < key.models.size(); ++i)
      text += (i == 0 ? "[" : ", ") + in_quotes(key.models[i]);
    text += key.all_models ? "all\n" : "]\n";
    std::array<char, 32> number;
    const auto end = std::to_chars(number.data(), number.data() + number.size(), key.rate).ptr;
    if (key.rate != 0) text += "    rate: " + std::string(number.data(), end) + "\n";
    if (key.burst != 0) text += "    burst: " + std::to_string(key.burst) + "\n";
  }
  return text;
}

Error cannot(std::string_view what, const fs::path& path) {
  return {Code::io, "cannot " + std::string(what) + " " + path.string() + ": " + system_message(errno)};
}

// `before`: the file that it takes the place of, if there is one.
Status write_new(const fs::path& path, const fs::path& before, std::string_view text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.valid() && errno == EEXIST)
    return {Code::already_exists, path.string() +
                                      " is there: another command writes the keys at this moment; "
                                      "if none does, one was cut off, and the file can be removed"};
  if (!file.valid()) return cannot("create", path);
  struct stat old {};
  if (::stat(before.c_str(), &old) == 0 &&
      ((::fchown(file.get(), old.st_uid, old.st_gid) != 0 && old.st_uid != ::geteuid()) ||
       ::fchmod(file.get(), old.st_mode & 0777) != 0))
    return cannot("give to those who have the old file", path);
  if (Status written = write_all(file.get(), text); !written)
    return std::move(written).error().within(path.string());
  return ::fsync(file.get()) == 0 ? Status() : cannot("make durable", path);
}

}  // namespace

Result<std::vector<Key>> read_keys(const fs::path& file) {
  const Result<std::string> text = read_file(file, kFileBytes);
  if (!text) return text.error();
  static const std::shared_ptr<const schema::Schema> schema =
      model::own_schema(kKeysSchema, "schemas/keys.yaml");
  document::Document document;
  document::SourceMap source(file.string());
  if (Status read = model::read_checked_yaml(*text, *schema, document, source); !read)
    return std::move(read).error();
  std::vector<Key> keys;
  const Value entries(Value(document.root()).find("keys"));
  for (std::uint32_t i = 0; i < entries.size(); ++i) keys.push_back(read_key(entries.element(i)));
  if (Status distinct = check_distinct(keys, source); !distinct) return std::move(distinct).error();
  return keys;
}

Status replace_keys(const fs::path& file, const std::vector<Key>& keys) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(file, error);  // a link stays one
  if (error) return {Code::io, "cannot find " + file.string() + ": " + error.message()};
  const fs::path fresh = whole.string() + ".new";
  if (Status written = write_new(fresh, whole, to_yaml(keys)); !written) {
    if (written.error().code != Code::already_exists) ::unlink(fresh.c_str());
    return written;
  }
  if (Status renamed = real_file_system().rename(fresh, whole); !renamed) {
    ::unlink(fresh.c_str());
    return renamed;
  }
  return real_file_system().sync_folder(whole.parent_path());
}

}  // namespace slipway::api
