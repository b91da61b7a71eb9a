#include "authoring/source_watch.hpp"

#include <catch2/catch.hpp>

#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;

TEST_CASE("a file that is saved is told by its path") {
  const test::TemporaryDirectory folder;
  folder.write("src/model.hpp", "text");
  Result<SourceWatch> watch = SourceWatch::start(folder.path());
  REQUIRE(watch);
  CHECK_FALSE(watch->take().has_value());
  folder.write("src/model.hpp", "text");
  CHECK(watch->take() == "src/model.hpp");
  CHECK_FALSE(watch->take().has_value());
  std::filesystem::rename(folder.path() / "src/model.hpp", folder.path() / "src/other.hpp");
  CHECK(watch->take() == "src/other.hpp");
  std::filesystem::remove(folder.path() / "src/other.hpp");
  CHECK(watch->take() == "src/other.hpp");
}

TEST_CASE("what builds and editors write is passed over") {
  const test::TemporaryDirectory folder;
  folder.write("build/CMakeCache.txt", "text");
  folder.write("lib/x86_64/x.so", "text");
  folder.write(".git/index", "text");
  Result<SourceWatch> watch = SourceWatch::start(folder.path());
  REQUIRE(watch);
  for (const char* const file : {"build/CMakeCache.txt", "lib/x86_64/x.so", ".git/index", ".model.yaml.swp",
                                 "model.yaml~", "4913", "#model.yaml#", "x-1.0.0.slip"})
    folder.write(file, "text");
  CHECK_FALSE(watch->take().has_value());
}

TEST_CASE("a folder that is made is watched from then on") {
  const test::TemporaryDirectory folder;
  Result<SourceWatch> watch = SourceWatch::start(folder.path());
  REQUIRE(watch);
  std::filesystem::create_directory(folder.path() / "data");
  (void)watch->take();
  folder.write("data/weights.csv", "text");
  CHECK(watch->take() == "data/weights.csv");
}
