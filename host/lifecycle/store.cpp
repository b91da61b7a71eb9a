#include "lifecycle/store.hpp"

#include <algorithm>

#include "lifecycle/bundle_copy.hpp"
#include "lifecycle/bundle_digest.hpp"
#include "lifecycle/bundle_source.hpp"
#include "lifecycle/unpacked_bundle.hpp"

namespace slipway::lifecycle {
namespace {

namespace fs = std::filesystem;
using Kind = FileSystem::Kind;

constexpr std::size_t kMaxContentsBytes = kMostBundleFiles * 1100;  // a line: a hash and a path

Result<std::string> read_text(FileSystem& files, const fs::path& path, std::size_t limit) {
  std::string text;
  const Status read = files.read(path, [&](std::string_view piece) {
    if (text.size() <= limit) text += piece;
  });
  if (!read) return read.error();
  if (text.size() > limit) return Error(Code::limit_exceeded, path.string() + " is too large");
  return text;
}

Result<std::string> hash_of(FileSystem& files, const fs::path& path) {
  Sha256Stream hash;
  if (Status read = files.read(path, [&](std::string_view piece) { hash.update(piece); }); !read)
    return std::move(read).error();
  return to_hex(hash.finish());
}

Status write_durably(FileSystem& files, const fs::path& path, std::string_view bytes) {
  const Result<std::unique_ptr<NewFile>> file = files.create(path);
  if (!file) return file.error();
  if (Status written = (*file)->write(bytes); !written) return written;
  return (*file)->sync();
}

// The hashes of what is below `folder`, whatever it is.
Status hash_below(FileSystem& files, const fs::path& folder, const std::string& prefix,
                  std::vector<HashedFile>& out) {
  const Result<std::vector<FileSystem::Entry>> entries = files.list(folder);
  if (!entries) return entries.error();
  for (const FileSystem::Entry& entry : *entries) {
    const std::string path = prefix + entry.name;
    if (entry.kind == Kind::folder) {
      if (Status hashed = hash_below(files, folder / entry.name, path + "/", out); !hashed) return hashed;
      continue;
    }
    Result<std::string> hash = hash_of(files, folder / entry.name);
    if (!hash) return std::move(hash).error();
    out.push_back({path, std::move(*hash)});
  }
  return {};
}

// From a folder, or from a packed bundle.
Status copy_bundle(const fs::path& source, BundleCopy& copy) {
  std::error_code error;
  if (fs::is_regular_file(source, error)) {
    const Result<PackedBundle> packed = unpack_into(copy, source);
    return packed ? Status() : packed.error();
  }
  const Result<BundleSource> folder = BundleSource::open(source);
  if (!folder) return folder.error();
  Result<std::vector<std::string>> paths = folder->files();
  if (!paths) return std::move(paths).error();
  // The manifest first: if it is wrong, nothing else needs to be copied.
  const auto manifest = std::find(paths->begin(), paths->end(), kManifestFile);
  if (manifest != paths->end()) std::rotate(paths->begin(), manifest, manifest + 1);
  if (Status copied = folder->visit(*paths, copy); !copied) return copied;
  return copy.finish();
}

Status prepare_root(FileSystem& files, const fs::path& root) {
  for (const char* const folder : {"bundles", "staging", "quarantine"})
    if (Status made = files.make_folder(root / folder); !made) return made;
  const Result<std::vector<FileSystem::Entry>> left = files.list(root / "staging");
  if (!left) return left.error();
  for (const FileSystem::Entry& entry : *left)
    if (Status removed = remove_tree(files, root / "staging" / entry.name); !removed) return removed;
  return {};
}

// A ledger that begins anew would call every bundle a stray.
Status check_ledger_not_lost(FileSystem& files, const fs::path& root) {
  const Result<std::vector<FileSystem::Entry>> bundles = files.list(root / "bundles");
  if (!bundles) return bundles.error();
  const Result<std::vector<FileSystem::Entry>> entries = files.list(root);
  if (!entries) return entries.error();
  if (bundles->empty()) return {};
  for (const FileSystem::Entry& entry : *entries)
    if (entry.name == "ledger.db") return {};
  return Error(Code::failed_precondition,
               root.string() +
                   " has bundles but no ledger.db: restore that file from a backup, or move the folder "
                   "away and publish to a new one");
}

Error gone(const PublishedVersion& version, const std::string& why) {
  return {Code::failed_precondition,
          version.model + " " + version.version + " " + why + "; publish it again from its source"};
}

}  // namespace

Result<BundleContents> read_contents(FileSystem& files, const fs::path& folder, const std::string& digest) {
  const Result<std::string> text = read_text(files, folder / "contents", kMaxContentsBytes);
  if (!text) return text.error();
  if (to_hex(sha256(*text)) != digest)
    return Error(Code::io, (folder / "contents").string() + " is not what was published");
  Result<BundleContents> contents = BundleContents::parse(*text);
  if (!contents) return std::move(contents).error();
  std::vector<HashedFile> found;
  if (Status hashed = hash_below(files, folder / "bundle", "", found); !hashed)
    return std::move(hashed).error();
  const BundleContents now(std::move(found));
  if (now.files() != contents->files())
    return Error(Code::io, (folder / "bundle").string() +
                               " is not what was published: " + describe_difference(*contents, now));
  return contents;
}

StagingFolder::~StagingFolder() {
  // What cannot be removed now is removed when the store is opened next.
  if (!path_.empty()) (void)remove_tree(*files_, path_);
}

Status StagingFolder::move_to(const fs::path& target) {
  if (Status moved = files_->rename(path_, target); !moved) return moved;
  path_.clear();
  return files_->sync_folder(target.parent_path());
}

Result<std::unique_ptr<Store>> Store::open(FileSystem& files, const fs::path& folder) {
  std::error_code error;
  const fs::path root = fs::absolute(folder, error);
  if (error) return Error(Code::io, "cannot find " + folder.string() + ": " + error.message());
  std::unique_ptr<Store> store(new Store(files, root));
  if (Status claimed = store->reclaim(); !claimed) return std::move(claimed).error();
  return store;
}

Status Store::reclaim() {
  Result<std::unique_ptr<FolderLock>> lock = files_.claim(root_);
  if (!lock) return std::move(lock).error();
  if (Status prepared = prepare_root(files_, root_); !prepared) return prepared;
  if (Status there = check_ledger_not_lost(files_, root_); !there) return there;
  Result<Ledger> ledger = Ledger::open(root_ / "ledger.db");
  if (!ledger) return std::move(ledger).error();
  // The folders, and the ledger: SQLite answers for its bytes, but not for its name.
  if (Status synced = files_.sync_folder(root_); !synced) return synced;
  lock_ = std::move(*lock);
  ledger_.emplace(std::move(*ledger));
  return {};
}

void Store::release() {
  ledger_.reset();  // before the lock: its file is nobody's else while it is open
  lock_.reset();
}

StagingFolder Store::new_staging_folder() {
  return StagingFolder(files_, root_ / "staging" / std::to_string(staged_.fetch_add(1)));
}

Result<StagedBundle> Store::stage(const fs::path& source) {
  StagingFolder folder = new_staging_folder();
  const fs::path directory = folder.path() / "bundle";
  for (const fs::path& each : {folder.path(), directory})
    if (Status made = files_.make_folder(each); !made) return std::move(made).error();
  BundleCopy copy(files_, directory, source, BundleCopy::Kept::durably);
  if (Status copied = copy_bundle(source, copy); !copied) return std::move(copied).error();

  StagedBundle staged{std::move(folder), directory,  copy.manifest().name, copy.manifest().version.text(),
                      copy.contents(),   copy.size()};
  if (Status written = write_durably(files_, staged.folder.path() / "contents", staged.contents.text());
      !written)
    return std::move(written).error();
  if (Status synced = files_.sync_folder(staged.folder.path()); !synced) return std::move(synced).error();
  return staged;
}

Error Store::taken(const PublishedVersion& present, const StagedBundle& staged) {
  const Result<std::string> text =
      read_text(files_, bundles_folder() / present.digest / "contents", kMaxContentsBytes);
  const Result<BundleContents> before = text ? BundleContents::parse(*text) : text.error();
  return {Code::already_exists,
          present.model + " " + present.version + " is published with other bytes" +
              (before ? " (" + describe_difference(*before, staged.contents) + ")" : "") +
              "; give this one a new version"};
}

Result<Publication> Store::publish(StagedBundle staged, const std::string& by) {
  const std::string digest = staged.contents.digest();
  const Result<std::optional<PublishedVersion>> present = ledger_->version(staged.model, staged.version);
  if (!present) return present.error();
  if (*present && (*present)->digest != digest) return taken(**present, staged);
  const fs::path target = bundles_folder() / digest;
  if (*present && (*present)->state == BundleState::stored && read_contents(files_, target, digest))
    return Publication{**present, Publication::Effect::unchanged};

  // What lies there now is damaged, or a stray.
  if (Status discarded = discard(target); !discarded) return std::move(discarded).error();
  if (Status moved = staged.folder.move_to(target); !moved) return std::move(moved).error();
  Change change;
  change.decision.by = by;
  change.decision.action = Action::publish;
  change.decision.model = staged.model;
  change.decision.to = staged.version;
  change.decision.details = *present ? "restored, sha256 " + digest : "sha256 " + digest;
  change.version = present->value_or(PublishedVersion{});
  change.version->model = staged.model;
  change.version->version = staged.version;
  change.version->digest = digest;
  change.version->files = staged.contents.files().size();
  change.version->bytes = staged.bytes;
  change.version->state = BundleState::stored;
  if (!*present) change.version->published_by = by;
  // Without the ledger's word the folder stays as a stray: whether a commit that failed is durable after all
  // cannot be known.
  const Result<Decision> recorded = ledger_->record(change);
  if (!recorded) return recorded.error();
  change.version->mentioned_at = recorded->at;
  if (!*present) change.version->published_at = recorded->at;
  return Publication{std::move(*change.version),
                     *present ? Publication::Effect::restored : Publication::Effect::added};
}

Result<StoredBundle> Store::bundle(const std::string& model, const std::string& version) {
  Result<std::optional<PublishedVersion>> found = ledger_->version(model, version);
  if (!found) return std::move(found).error();
  if (!*found)
    return Error(Code::not_found, model + " " + version + " is not in the store; publish it first");
  const PublishedVersion& published = **found;
  if (published.state == BundleState::collected) return gone(published, "was removed by garbage collection");
  if (published.state == BundleState::damaged) return gone(published, "was damaged and set aside");
  const fs::path folder = bundles_folder() / published.digest;
  Result<BundleContents> contents = read_contents(files_, folder, published.digest);
  if (!contents) return gone(published, "is damaged (" + contents.error().message + ")");
  return StoredBundle{published, folder / "bundle", std::move(*contents)};
}

Status Store::discard(const fs::path& folder) {
  const StagingFolder staging = new_staging_folder();
  Status moved = files_.rename(folder, staging.path());
  if (!moved && moved.error().code == Code::not_found) return {};
  return moved;
}

}  // namespace slipway::lifecycle
