#include "lifecycle/bundle_copy.hpp"

#include "base/file.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

constexpr const char* kManifest = "name: churn\nversion: 1.0.0\nplugin: p\n";

// Everything of the file in pieces of `piece` bytes.
Status add(BundleCopy& copy, const std::string& path, std::string_view bytes, std::size_t piece = 7) {
  if (Status begun = copy.begin_file(path); !begun) return begun;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
    if (Status taken = copy.bytes(bytes.substr(0, piece)); !taken) return taken;
  return copy.end_file();
}

}  // namespace

TEST_CASE("a copy has the bytes that it was given, and knows their hashes and its manifest") {
  for (const BundleCopy::Kept kept : {BundleCopy::Kept::durably, BundleCopy::Kept::for_now}) {
    const TemporaryDirectory home;
    BundleCopy copy(real_file_system(), home.path(), "source", kept);
    REQUIRE(refusal(add(copy, "model.yaml", kManifest)) == "");
    REQUIRE(refusal(add(copy, "data/a/w.txt", "1 2 3 4 5")) == "");
    REQUIRE(refusal(add(copy, "data/a/none", "")) == "");
    REQUIRE(refusal(copy.finish()) == "");
    CHECK(*read_file(home / "data/a/w.txt", 100) == "1 2 3 4 5");
    CHECK(copy.manifest().name == "churn");
    REQUIRE(copy.copied().size() == 3);
    CHECK(copy.copied()[0].path == "data/a/none");
    CHECK(copy.copied()[1].size == 9);
    CHECK(copy.copied()[1].sha256 == to_hex(sha256("1 2 3 4 5")));
    CHECK(copy.size() == 9 + std::string_view(kManifest).size());
  }
}

TEST_CASE("a copy without a manifest, or with one that is wrong, is refused") {
  const TemporaryDirectory home;
  const auto fresh = [&](const char* name) {
    std::filesystem::create_directories(home / name);
    return BundleCopy(real_file_system(), home / name, "source", BundleCopy::Kept::for_now);
  };
  BundleCopy none = fresh("none");
  REQUIRE(add(none, "README.md", "").ok());
  CHECK_THAT(refusal(none.finish()), Contains("source has no model.yaml"));
  BundleCopy wrong = fresh("wrong");
  CHECK_THAT(refusal(add(wrong, "model.yaml", "name: [\n")), Contains("source/model.yaml:"));
  BundleCopy large = fresh("large");
  CHECK_THAT(refusal(add(large, "model.yaml", std::string((1 << 20) + 1, '#'), 1 << 16)),
             Contains("too large"));
  BundleCopy twice = fresh("twice");
  REQUIRE(add(twice, "README.md", "").ok());
  CHECK_THAT(refusal(add(twice, "README.md", "")), Contains("File exists"));
}
