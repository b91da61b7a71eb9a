#include "lifecycle/bundle_source.hpp"

#include <sys/stat.h>

#include "lifecycle/bundle_digest.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

Result<std::vector<std::string>> files_of(const TemporaryDirectory& home) {
  const Result<BundleSource> source = BundleSource::open(home / "bundle");
  REQUIRE(refusal(source) == "");
  return source->files();
}

}  // namespace

TEST_CASE("a bundle's files are those whose names do not begin with a dot") {
  const TemporaryDirectory home;
  for (const char* file : {"model.yaml", "data/a/w.bin", ".git/config", "data/.hidden"})
    home.write(std::string("bundle/") + file, "");
  const auto files = files_of(home);
  REQUIRE(refusal(files) == "");
  CHECK(*files == std::vector<std::string>{"data/a/w.bin", "model.yaml"});
}

TEST_CASE("links are followed inside the bundle and refused where they lead out") {
  const TemporaryDirectory home;
  home.write("bundle/..data/model.yaml", "inside");
  home.write("secret", "outside");
  const auto link = [&](const char* target, const char* name) {
    std::filesystem::remove(home / "bundle" / name);
    std::filesystem::create_symlink(target, home / "bundle" / name);
  };
  link("..data/model.yaml", "model.yaml");
  const Result<BundleSource> source = BundleSource::open(home / "bundle");
  REQUIRE(source.ok());
  std::string text;
  std::uint64_t budget = 6;
  const auto take = [&](std::string_view piece) {
    text += piece;
    return Status();
  };
  CHECK(refusal(source->read("model.yaml", budget, take)) == "");
  CHECK(text == "inside");
  CHECK(budget == 0);

  const std::string outside = (home / "secret").string();
  for (const std::string& target : {std::string("../secret"), outside, std::string("..")}) {
    CAPTURE(target);
    link(target.c_str(), "model.yaml");
    CHECK_THAT(refusal(files_of(home)), Contains("model.yaml is a link that leads out of the bundle"));
    CHECK_FALSE(source->read("model.yaml", budget, take).ok());
  }
  link(".", "model.yaml");
  CHECK_THAT(refusal(files_of(home)), Contains("folders deep"));
}

TEST_CASE("what is neither file nor folder is refused, also when it takes a file's place") {
  const TemporaryDirectory home;
  home.write("bundle/model.yaml", "");
  REQUIRE(::mkfifo((home / "bundle/pipe").c_str(), 0600) == 0);
  CHECK_THAT(refusal(files_of(home)), Contains("pipe is neither a file nor a folder"));
  const Result<BundleSource> source = BundleSource::open(home / "bundle");
  REQUIRE(source.ok());
  std::uint64_t budget = 1;
  CHECK_THAT(refusal(source->read("pipe", budget, [](std::string_view) { return Status(); })),
             Contains("not a regular file"));
}

TEST_CASE("a bundle's size and number of files are bounded") {
  const TemporaryDirectory home;
  home.write("bundle/model.yaml", "1234567");
  const Result<BundleSource> source = BundleSource::open(home / "bundle");
  REQUIRE(source.ok());
  std::uint64_t budget = 6;
  CHECK_THAT(refusal(source->read("model.yaml", budget, [](std::string_view) { return Status(); })),
             Contains("has more than 16 GiB"));
  for (std::size_t i = 0; i < kMostBundleFiles; ++i) home.write("bundle/data/" + std::to_string(i), "");
  CHECK_THAT(refusal(files_of(home)), Contains("has more than 10000 files"));
  CHECK_THAT(refusal(BundleSource::open(home / "nowhere")), Contains("nowhere: No such file"));
}
