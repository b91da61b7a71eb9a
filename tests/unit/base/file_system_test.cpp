#include "base/file_system.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "temporary_directory.hpp"

using namespace slipway;
using Catch::Matchers::Contains;
using slipway::test::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

Result<std::string> text_of(const fs::path& path) {
  std::string text;
  if (Status read = real_file_system().read(path, [&](std::string_view piece) { text += piece; }); !read)
    return std::move(read).error();
  return text;
}

}  // namespace

TEST_CASE("a new file is read-only and takes nobody's place") {
  const TemporaryDirectory home;
  const fs::path path = home / "file";
  {
    const Result<std::unique_ptr<NewFile>> file = real_file_system().create(path);
    REQUIRE(file.ok());
    CHECK((*file)->write("one ").ok());
    CHECK((*file)->write("two").ok());
    CHECK((*file)->sync().ok());
  }
  CHECK(*text_of(path) == "one two");
  CHECK(mode_of(path) == 0444);
  const Result<std::unique_ptr<NewFile>> again = real_file_system().create(path);
  REQUIRE_FALSE(again.ok());
  CHECK(again.error().code == Code::already_exists);
  CHECK_THAT(again.error().message, Contains(path.string()));
}

TEST_CASE("only regular files are read, and no link is followed") {
  const TemporaryDirectory home;
  home.write("file", "text");
  fs::create_symlink("file", home / "link");
  REQUIRE(::mkfifo((home / "pipe").c_str(), 0600) == 0);
  CHECK(text_of(home / "nowhere").error().code == Code::not_found);
  for (const char* name : {"link", "pipe", "."}) {
    CAPTURE(name);
    CHECK_FALSE(text_of(home / name).ok());
  }
}

TEST_CASE("folders are listed, moved and removed with what is in them") {
  const TemporaryDirectory home;
  FileSystem& files = real_file_system();
  home.write("a/b/file", "text");
  fs::create_symlink("/", home / "a/link");
  CHECK(files.make_folder(home / "a/made").ok());
  CHECK(files.make_folder(home / "a/made").ok());
  CHECK(mode_of(home / "a/made") == 0700);
  const auto listed = files.list(home / "a");
  REQUIRE(listed.ok());
  REQUIRE(listed->size() == 3);
  CHECK(((*listed)[0].name == "b" && (*listed)[0].kind == FileSystem::Kind::folder));
  CHECK(((*listed)[1].name == "link" && (*listed)[1].kind == FileSystem::Kind::other));
  CHECK(files.list(home / "nowhere").error().code == Code::not_found);

  CHECK(files.rename(home / "a", home / "c").ok());
  CHECK(files.rename(home / "a", home / "d").error().code == Code::not_found);
  CHECK(files.sync_folder(home.path()).ok());
  CHECK_FALSE(files.remove(home / "c").ok());
  CHECK(remove_tree(files, home / "c").ok());
  CHECK_FALSE(fs::exists(home / "c"));
  CHECK(remove_tree(files, home / "c").ok());
  CHECK(fs::exists("/"));
}

TEST_CASE("a folder is claimed by one holder at a time, if nobody else can write to it") {
  const TemporaryDirectory home;
  const fs::path folder = home / "a/b/claimed";
  {
    const Result<std::unique_ptr<FolderLock>> lock = real_file_system().claim(folder);
    REQUIRE(lock.ok());
    CHECK(mode_of(folder) == 0700);
    const Result<std::unique_ptr<FolderLock>> second = real_file_system().claim(folder);
    REQUIRE_FALSE(second.ok());
    CHECK(second.error().code == Code::unavailable);
    CHECK_THAT(second.error().message, Contains("process " + std::to_string(::getpid())));
  }
  CHECK(real_file_system().claim(folder).ok());
  REQUIRE(::chmod(folder.c_str(), 0720) == 0);
  CHECK(real_file_system().claim(folder).error().code == Code::failed_precondition);
}
