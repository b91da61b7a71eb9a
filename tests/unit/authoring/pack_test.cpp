#include "authoring/pack.hpp"

#include <catch2/catch.hpp>

#include "base/file.hpp"
#include "fixtures.hpp"
#include "lifecycle/bundle_digest.hpp"
#include "temporary_bundle.hpp"
#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

template <class T>
std::string refusal(const Result<T>& result) {
  return result.ok() ? std::string() : result.error().message;
}

std::string refused(const TemporaryBundle& bundle, const std::vector<std::string>& allowed = {}) {
  return refusal(draft_pack(bundle.bundle(), allowed, 0));
}

std::vector<std::string> packed_of(const PackDraft& draft) {
  std::vector<std::string> paths;
  for (const lifecycle::LockedFile& file : draft.about.lock.files) paths.push_back(file.path);
  return paths;
}

std::string library(const std::string& name, std::string_view architecture = model::host_architecture()) {
  return "lib/" + std::string(architecture) + "/" + name;
}

}  // namespace

TEST_CASE("what a bundle is gets packed, and the rest is named") {
  const std::string other = model::host_architecture() == "x86_64" ? "aarch64" : "x86_64";
  TemporaryBundle bundle("good_c");
  for (const std::string& file :
       {std::string("README.md"), std::string("data/w/weights.txt"), std::string("tests/golden.yaml"),
        library("plugin.so", other), library("plugin.so", "riscv64"), library("old.so"),
        std::string("src/p.cpp"), std::string("Makefile"), std::string(".git/config"),
        std::string("data/.cache")})
    bundle.write(file, "cases: []\n");
  const Result<PackDraft> draft = draft_pack(bundle.bundle(), {}, 0);
  REQUIRE(refusal(draft) == "");
  std::vector<std::string> expected = {
      "README.md",  "data/w/weights.txt",   library("plugin.so", "aarch64"), library("plugin.so", "x86_64"),
      "model.yaml", "schemas/request.yaml", "schemas/response.yaml",         "tests/golden.yaml"};
  CHECK(packed_of(*draft) == expected);
  std::vector<std::string> left_out = draft->left_out;
  std::sort(left_out.begin(), left_out.end());
  expected = {".git/", "Makefile", "lib/riscv64/plugin.so", library("old.so"), "src/"};
  CHECK(left_out == expected);
}

TEST_CASE("the lock of a draft says how its plugins were built") {
  const TemporaryBundle bundle("good_c");
  const Result<PackDraft> draft = draft_pack(bundle.bundle(), {}, 0);
  REQUIRE(refusal(draft) == "");
  const lifecycle::BundleLock& lock = draft->about.lock;
  CHECK(lock.name == "tested");
  CHECK(lock.version == "1.0.0");
  CHECK(lock.digest() ==
        *lifecycle::bundle_digest(bundle.bundle(), *lifecycle::list_bundle(bundle.bundle())));
  REQUIRE(lock.plugins.size() == 1);
  REQUIRE(lock.plugins[0].origin.has_value());
  CHECK(lock.plugins[0].origin->abi == "0.1");
  CHECK(lock.plugins[0].origin->sdk == "0.1.0");
  CHECK(lock.sbom_sha256 == to_hex(sha256(draft->about.sbom)));
}

TEST_CASE("a plugin with a process of its own takes along the libraries beside it") {
  TemporaryBundle bundle("vendored_with_origin", "name: tested\nversion: 1.0.0\nisolation: process\n");
  std::filesystem::copy_file(fixture("libfixture_vendored_build"),
                             bundle.bundle() / library("libfixture_vendored.so"));
  const Result<PackDraft> draft = draft_pack(bundle.bundle(), {}, 0);
  REQUIRE(refusal(draft) == "");
  const std::vector<std::string> packed = packed_of(*draft);
  CHECK(std::count(packed.begin(), packed.end(), library("libfixture_vendored.so")) == 1);
  bool linked = false;
  for (const lifecycle::LinkedLibrary& each : draft->about.lock.plugins.at(0).origin->libraries)
    linked |= each.name == "libfixture_vendored.so" && each.file == library("libfixture_vendored.so");
  CHECK(linked);
}

TEST_CASE("leaks and bad links are refused all at once, each with its file and reason") {
  TemporaryBundle bundle("rpath");
  bundle.write("schemas/train.csv", "1,2\n");
  bundle.write("data/prod.env", "x");
  std::filesystem::create_symlink("nowhere", bundle.bundle() / "data/dangling");
  std::filesystem::create_symlink("/etc/hostname", bundle.bundle() / "data/out");
  const std::string message = refused(bundle);
  CHECK_THAT(message, Contains("data/dangling is a link that leads nowhere"));
  CHECK_THAT(message, Contains("data/out is a link that leads out of the bundle"));
  CHECK_THAT(message, Contains("schemas/train.csv is data"));
  CHECK_THAT(message, Contains("data/prod.env is a file for passwords"));
  CHECK_THAT(message, Contains(library("plugin.so") + " looks for libraries in /opt/models/lib"));
}

TEST_CASE("a false alarm is allowed by the file's path, and by nothing else") {
  TemporaryBundle bundle("good_c");
  bundle.write("data/prod.env", "x");
  bundle.write("data/test.env", "x");
  CHECK_THAT(refused(bundle, {"data/prod.env"}), !Contains("prod.env") && Contains("data/test.env"));
  CHECK(refused(bundle, {"data/prod.env", "data/test.env"}) == "");
  CHECK_THAT(refused(bundle, {"prod.env"}), Contains("--allow prod.env: no such file is packed"));
}

TEST_CASE("links inside of the folder are packed as the files that they lead to") {
  TemporaryBundle bundle("good_c");
  bundle.write("src/weights.txt", "1 2 3");
  std::filesystem::create_directories(bundle.bundle() / "data");
  std::filesystem::create_symlink("../src/weights.txt", bundle.bundle() / "data/weights.txt");
  const Result<PackDraft> draft = draft_pack(bundle.bundle(), {}, 0);
  REQUIRE(refusal(draft) == "");
  CHECK(*read_file(draft->directory / "data/weights.txt", 100) == "1 2 3");
}

TEST_CASE("a pack is the same file whenever and wherever it is made") {
  const TemporaryDirectory home;
  const TemporaryBundle one("good_c"), two("good_c");
  for (const TemporaryBundle* bundle : {&one, &two}) {
    const Result<PackDraft> draft = draft_pack(bundle->bundle(), {}, 0);
    REQUIRE(refusal(draft) == "");
    const std::filesystem::path target = home / (bundle == &one ? "one.slip" : "two.slip");
    const Result<std::uint64_t> size = write_pack(*draft, target);
    REQUIRE(refusal(size) == "");
    CHECK(*size == std::filesystem::file_size(target));
  }
  CHECK(*read_file(home / "one.slip", 1 << 20) == *read_file(home / "two.slip", 1 << 20));
}

TEST_CASE("a pack that cannot be written leaves nothing behind") {
  const TemporaryDirectory home;
  const TemporaryBundle bundle("good_c");
  const Result<PackDraft> draft = draft_pack(bundle.bundle(), {}, 0);
  REQUIRE(refusal(draft) == "");
  std::filesystem::create_directories(home / "taken/by.slip");
  CHECK_FALSE(write_pack(*draft, home / "taken").ok());
  CHECK_FALSE(write_pack(*draft, home / "nowhere/x.slip").ok());
  std::size_t entries = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(home.path())) ++entries;
  CHECK(entries == 1);
}
