#include "plugin/stored_library.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "base/unique_fd.hpp"
#include "plugin/library.hpp"
#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::test;
using Catch::Matchers::Contains;
using plugin::StoredLibrary;

namespace {

struct stat status_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info;
}

std::size_t files_in(const std::filesystem::path& directory) {
  std::size_t count = 0;
  if (std::filesystem::exists(directory))
    for (const auto& each : std::filesystem::directory_iterator(directory)) count += each.is_regular_file();
  return count;
}

std::string contents(const std::filesystem::path& path) {
  auto bytes = read_file(path, plugin::kMaxPluginBytes);
  return bytes.ok() ? *bytes : bytes.error().message;
}

}  // namespace

TEST_CASE("a plugin is stored under the digest of its bytes, private and read-only") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_c");
  auto stored = StoredLibrary::store(fixture("good_c"), home / "state/cache", {});
  REQUIRE(refusal(stored) == "");
  CHECK(stored->digest() == sha256(bytes));
  CHECK(stored->name() == to_hex(sha256(bytes)) + ".so");
  CHECK(stored->path() == std::filesystem::canonical(home / "state/cache") / stored->name());
  CHECK(stored->why_in_memory() == "");
  CHECK(contents(stored->path()) == bytes);
  CHECK((status_of(stored->path()).st_mode & 07777) == 0444);
  CHECK((status_of(home / "state/cache").st_mode & 07777) == 0700);
  CHECK(files_in(home / "state/cache") == 1);
}

TEST_CASE("overwriting the author's file does not reach the copy") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_c");
  const auto source = home.write("model.so", bytes);
  auto stored = StoredLibrary::store(source, home / "cache", {});
  REQUIRE(refusal(stored) == "");
  home.write("model.so", bytes_of("good_cpp"));
  CHECK(contents(stored->path()) == bytes);
}

TEST_CASE("a stored file is used again only if it is what its name says") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_c");
  const auto store = [&] {
    auto stored = StoredLibrary::store_bytes(bytes, home / "cache", {});
    REQUIRE(refusal(stored) == "");
    return stored->path();  // given back here
  };
  const auto path = store();
  const auto inode = status_of(path).st_ino;
  CHECK(store() == path);
  CHECK(status_of(path).st_ino == inode);

  for (const std::string& other :
       {std::string("short"), bytes_of("good_cpp"), std::string(bytes.size(), 'x')}) {
    std::filesystem::remove(path);
    home.write("cache/" + path.filename().string(), other);
    CHECK(store() == path);
    CHECK(contents(path) == bytes);
  }
}

TEST_CASE("while a copy is held, the same bytes get another file") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_c"), digest = to_hex(sha256(bytes));
  {
    auto first = StoredLibrary::store_bytes(bytes, home / "cache", {});
    auto second = StoredLibrary::store_bytes(bytes, home / "cache", {});
    REQUIRE((first.ok() && second.ok()));
    CHECK(first->name() == digest + ".so");
    CHECK(second->name() == digest + "-2.so");
    StoredLibrary moved = std::move(*first);
    CHECK(StoredLibrary::store_bytes(bytes, home / "cache", {})->name() == digest + "-3.so");
  }
  CHECK(StoredLibrary::store_bytes(bytes, home / "cache", {})->name() == digest + ".so");
}

TEST_CASE("a retired file is never given out again") {
  const std::string bytes = bytes_of("good_c") + "retired", digest = to_hex(sha256(bytes));
  std::filesystem::path memory;
  {
    auto stored = StoredLibrary::store_bytes(bytes, {}, {});
    REQUIRE(refusal(stored) == "");
    memory = stored->path();
    stored->retire();
  }
  CHECK(StoredLibrary::store_bytes(bytes, {}, {})->name() == digest + "-2.so");
  CHECK(std::filesystem::exists(memory));  // its descriptor's number is not used for another file
}

TEST_CASE("without a usable cache the copy is in sealed memory, and says why") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_c");
  std::filesystem::create_directory(home / "open");
  REQUIRE(::chmod((home / "open").c_str(), 0777) == 0);
  home.write("file", "");
  const std::pair<std::filesystem::path, const char*> caches[] = {
      {"", "no folder for private copies"}, {home / "open", "chmod 700"}, {home / "file", "Not a directory"}};
  for (const auto& [cache, reason] : caches) {
    auto stored = StoredLibrary::store_bytes(bytes, cache, {});
    REQUIRE(refusal(stored) == "");
    CHECK_THAT(stored->why_in_memory(), Contains(reason));
    CHECK(contents(stored->path()) == bytes);
    const UniqueFd writer(::open(stored->path().c_str(), O_RDWR));
    CHECK(::write(writer.get(), "x", 1) == -1);
    CHECK(refusal(plugin::Library::load(std::move(*stored))) == "");
  }
}

TEST_CASE("what is not a file of bounded size is refused, and so is what inspection refuses") {
  const TemporaryDirectory home;
  const auto store = [&](const std::filesystem::path& file) {
    return refusal(StoredLibrary::store(file, home / "cache", {}));
  };
  CHECK_THAT(store(home / "nothing.so"), Contains("No such file"));
  CHECK_THAT(store(home / ""), Contains("not a regular file"));
  REQUIRE(::mkfifo((home / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(store(home / "pipe"), Contains("not a regular file"));
  std::filesystem::resize_file(home.write("huge", ""), plugin::kMaxPluginBytes + 1);
  CHECK_THAT(store(home / "huge"), Contains("at most"));
  CHECK_THAT(store(fixture("execstack")), Contains("execstack.so: the plugin asks for an executable stack"));
  CHECK(files_in(home / "cache") == 0);
}

TEST_CASE("processes that store the same plugin at once do not disturb each other") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("good_cpp");
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    bool good = true;
    for (int round = 0; round < 5 && good; ++round) {
      auto stored = StoredLibrary::store_bytes(bytes, home / "cache", {});
      good = stored.ok() && stored->why_in_memory().empty() && contents(stored->path()) == bytes;
    }
    ::_exit(good ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  CHECK(files_in(home / "cache") == 1);
}
