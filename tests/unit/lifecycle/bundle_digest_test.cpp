#include "lifecycle/bundle_digest.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "temporary_bundle.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
namespace fs = std::filesystem;

namespace {

std::string digest_of(const fs::path& directory) {
  const Result<std::vector<BundleFile>> files = list_bundle(directory);
  if (!files) return files.error().message;
  const Result<std::string> digest = bundle_digest(directory, *files);
  return digest ? *digest : digest.error().message;
}

std::string fingerprint_of(const fs::path& directory) {
  const Result<std::vector<BundleFile>> files = list_bundle(directory);
  REQUIRE(files);
  return fingerprint(*files);
}

}  // namespace

TEST_CASE("a bundle's digest is of what is in its files and of their names") {
  TemporaryBundle bundle("good_c"), same("good_c");
  const std::string before = digest_of(bundle.bundle());
  CHECK(before.size() == 64);
  CHECK(digest_of(same.bundle()) == before);
  bundle.write("data/weights.txt", "1 2 3");
  const std::string with_data = digest_of(bundle.bundle());
  CHECK(with_data != before);
  bundle.write("data/weights.txt", "1 2 4");
  CHECK(digest_of(bundle.bundle()) != with_data);
  fs::rename(bundle.bundle() / "data/weights.txt", bundle.bundle() / "data/other.txt");
  CHECK(digest_of(bundle.bundle()) != with_data);
  fs::remove_all(bundle.bundle() / "data");
  bundle.write(".git/config", "not part of it");
  CHECK(digest_of(bundle.bundle()) == before);
}

TEST_CASE(
    "a fingerprint changes with a file that is written again, and with one that another takes the place of") {
  TemporaryBundle bundle("");
  const std::string before = fingerprint_of(bundle.bundle());
  CHECK(fingerprint_of(bundle.bundle()) == before);
  const fs::path file = bundle.bundle() / "model.yaml";
  fs::copy_file(file, bundle.bundle() / ".copy");
  fs::rename(bundle.bundle() / ".copy", file);  // the same bytes in another file
  CHECK(fingerprint_of(bundle.bundle()) != before);
}

TEST_CASE("what is neither file nor folder is no part of a bundle") {
  TemporaryBundle bundle("");
  fs::create_symlink("nowhere", bundle.bundle() / "dangling");
  CHECK_THAT(digest_of(bundle.bundle()), Catch::Contains("dangling") && Catch::Contains("No such file"));
  fs::remove(bundle.bundle() / "dangling");
  REQUIRE(::mkfifo((bundle.bundle() / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(digest_of(bundle.bundle()), Catch::Contains("pipe is neither a file nor a folder"));
  fs::remove(bundle.bundle() / "pipe");
  fs::create_directory_symlink(".", bundle.bundle() / "loop");
  CHECK_THAT(digest_of(bundle.bundle()), Catch::Contains("too deep"));
}
