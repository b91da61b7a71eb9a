#include "lifecycle/bundle_contents.hpp"

#include <catch2/catch.hpp>

using namespace slipway;
using namespace slipway::lifecycle;

namespace {

const std::string kA(64, 'a'), kB(64, 'b');

BundleContents contents(std::vector<HashedFile> files) {
  return BundleContents(std::move(files));
}

}  // namespace

TEST_CASE("the list of contents is what sha256sum reads, sorted, and its hash is the digest") {
  const BundleContents listed = contents({{"model.yaml", kA}, {"data/w.bin", kB}});
  CHECK(listed.text() == kB + "  data/w.bin\n" + kA + "  model.yaml\n");
  CHECK(listed.digest() == to_hex(sha256(listed.text())));
  CHECK(listed.digest() == contents({{"data/w.bin", kB}, {"model.yaml", kA}}).digest());
  CHECK(listed.digest() != contents({{"data/w.bin", kA}, {"model.yaml", kB}}).digest());
  REQUIRE(listed.find("model.yaml") != nullptr);
  CHECK(listed.find("model.yaml")->sha256 == kA);
  CHECK(listed.find("model") == nullptr);
}

TEST_CASE("a list is read back, and only as it was written") {
  const BundleContents listed = contents({{"model.yaml", kA}, {"data/two words", kB}});
  const Result<BundleContents> read = BundleContents::parse(listed.text());
  REQUIRE(read.ok());
  CHECK(read->files() == listed.files());
  for (const std::string& text :
       {kA, kA + " m\n", kA + "  m", kA + "  \n", kA + "  ../m\n", kA.substr(1) + "g  m\n",
        "\n" + kA + "  m\n", kA + "  n\n" + kB + "  m\n", std::string(64, 'A') + "  m\n"}) {
    CAPTURE(text);
    CHECK_FALSE(BundleContents::parse(text).ok());
  }
}

TEST_CASE("paths of a bundle lead down and can be written on one line") {
  for (const char* path : {"a", "a/b", "..a", "a..", "data/ü", "a b"}) {
    CAPTURE(path);
    CHECK(check_bundle_path(path).ok());
  }
  for (const std::string& path : {std::string(), std::string("/a"), std::string("a/"), std::string("a//b"),
                                  std::string("./a"), std::string("a/../b"), std::string("a\nb"),
                                  std::string("a\\b"), std::string("a\xff"), std::string(1025, 'a')}) {
    CAPTURE(path);
    CHECK_FALSE(check_bundle_path(path).ok());
  }
}

TEST_CASE("differences are named, the first few") {
  const BundleContents before = contents({{"a", kA}, {"b", kA}, {"c", kA}});
  CHECK(describe_difference(before, contents({{"a", kB}, {"b", kA}, {"d", kA}})) ==
        "a differs, d is new, c is missing");
  CHECK(describe_difference(before, before).empty());
  std::vector<HashedFile> many;
  for (char c = 'e'; c < 'm'; ++c) many.push_back({std::string(1, c), kA});
  CHECK(describe_difference(before, contents(many)) ==
        "e is new, f is new, g is new, h is new, i is new and 6 more");
}
