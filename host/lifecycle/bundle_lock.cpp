#include "lifecycle/bundle_lock.hpp"

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "lifecycle/bundle_source.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::lifecycle {

extern const std::string_view kLockSchema;

namespace {

using document::Builder;
using document::Value;
using model::for_each;
using model::text_or;

constexpr const char* kName = "slipway.lock";
constexpr std::int64_t kFormat = 1;

void member(Builder& out, std::string_view key, std::string_view text) {
  out.key(key);
  out.string(text);
}

void write(const LinkedLibrary& library, Builder& out) {
  out.begin_object();
  member(out, "name", library.name);
  if (!library.file.empty()) {
    member(out, "file", library.file);
    member(out, "build_id", library.build_id);
  }
  out.end_object();
}

void write(const PluginOrigin& origin, Builder& out) {
  member(out, "build_id", origin.build_id);
  member(out, "abi", origin.abi);
  member(out, "sdk", origin.sdk);
  out.key("compilers");
  out.begin_array();
  for (const std::string& compiler : origin.compilers) out.string(compiler);
  out.end_array();
  out.key("libraries");
  out.begin_array();
  for (const LinkedLibrary& library : origin.libraries) write(library, out);
  out.end_array();
}

void write(const LockedFile& file, Builder& out) {
  out.begin_object();
  member(out, "path", file.path);
  out.key("size");
  out.uint64(file.size);
  member(out, "sha256", file.sha256);
  out.end_object();
}

LockedPlugin plugin_of(Value value) {
  LockedPlugin plugin;
  plugin.file = text_or(value, "file", "");
  if (value.find("build_id") == nullptr) return plugin;
  PluginOrigin& origin = plugin.origin.emplace();
  origin.build_id = text_or(value, "build_id", "");
  origin.abi = text_or(value, "abi", "");
  origin.sdk = text_or(value, "sdk", "");
  for_each(value, "compilers", [&](Value each) { origin.compilers.emplace_back(each.text()); });
  for_each(value, "libraries", [&](Value each) {
    origin.libraries.push_back(
        {text_or(each, "name", ""), text_or(each, "file", ""), text_or(each, "build_id", "")});
  });
  return plugin;
}

bool is_hidden(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != path.npos;
}

Error wrong(const std::string& what) {
  return {Code::invalid_argument, std::string(kName) + ": " + what};
}

Status check_files(const std::vector<LockedFile>& files) {
  std::uint64_t budget = kMaxBundleBytes;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path;
    if (Status fits = check_bundle_path(path); !fits) return std::move(fits).error().within(kName);
    if (is_hidden(path)) return wrong(path + " is hidden; a bundle has no hidden files");
    if (i > 0 && files[i - 1].path >= path)
      return wrong("its files are not sorted, or " + path + " is there twice");
    if (files[i].size > budget)
      return Error(Code::limit_exceeded, std::string(kName) + ": the files have more than " +
                                             std::to_string(kMaxBundleBytes >> 30) +
                                             " GiB; a bundle holds no more");
    budget -= files[i].size;
  }
  return {};
}

}  // namespace

BundleContents contents_of(const std::vector<LockedFile>& files) {
  std::vector<HashedFile> hashed;
  hashed.reserve(files.size());
  for (const LockedFile& file : files) hashed.push_back({file.path, file.sha256});
  return BundleContents(std::move(hashed));
}

std::uint64_t bytes_of(const std::vector<LockedFile>& files) {
  std::uint64_t sum = 0;
  for (const LockedFile& file : files) sum += file.size;
  return sum;
}

void write(const BundleLock& lock, Builder& out) {
  out.begin_object();
  out.key("format");
  out.int64(kFormat);
  member(out, "name", lock.name);
  member(out, "version", lock.version);
  member(out, "digest", lock.digest());
  member(out, "sbom", lock.sbom_sha256);
  out.key("plugins");
  out.begin_array();
  for (const LockedPlugin& plugin : lock.plugins) {
    out.begin_object();
    member(out, "file", plugin.file);
    if (plugin.origin) write(*plugin.origin, out);
    out.end_object();
  }
  out.end_array();
  out.key("files");
  out.begin_array();
  for (const LockedFile& file : lock.files) write(file, out);
  out.end_array();
  out.end_object();
}

Result<std::string> to_json(const BundleLock& lock) {
  document::Document document;
  Builder builder;
  builder.start(document);
  write(lock, builder);
  if (Status finished = builder.finish(); !finished) return std::move(finished).error().within(kName);
  return document::to_json(document.root()) + "\n";
}

Result<BundleLock> parse_lock(std::string_view text) {
  static const std::shared_ptr<const schema::Schema> schema =
      model::own_schema(kLockSchema, "schemas/lock.yaml");
  document::Document document;
  if (Status read = document::read_json(text, document); !read) return std::move(read).error().within(kName);
  const Value root = document.root();
  if (Status fits = model::check_against(*schema, root, document::SourceMap(kName)); !fits)
    return std::move(fits).error();
  BundleLock lock;
  lock.name = text_or(root, "name", "");
  lock.version = text_or(root, "version", "");
  lock.sbom_sha256 = text_or(root, "sbom", "");
  for_each(root, "files", [&](Value file) {
    lock.files.push_back({text_or(file, "path", ""),
                          static_cast<std::uint64_t>(Value(file.find("size")).int64()),
                          text_or(file, "sha256", "")});
  });
  for_each(root, "plugins", [&](Value plugin) { lock.plugins.push_back(plugin_of(plugin)); });
  if (Status sound = check_files(lock.files); !sound) return std::move(sound).error();
  if (lock.digest() != text_or(root, "digest", ""))
    return wrong("its digest is not that of the files that it lists");
  return lock;
}

}  // namespace slipway::lifecycle
