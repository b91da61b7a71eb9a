#include "authoring/project.hpp"

#include <catch2/catch.hpp>

#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;
using Catch::Matchers::Contains;

namespace {

struct Sources {
  Sources() {
    temporary.write("project/model.yaml", "name: x\n");
    temporary.write("project/CMakeLists.txt", "");
    temporary.write("project/src/model.hpp", "");
    temporary.write("project/schemas/request.yaml", "{}");
    temporary.write("project/lib/x86_64/x.so", "code");
  }
  const test::TemporaryDirectory temporary;
  const std::filesystem::path folder = temporary.path() / "project";
  const std::filesystem::path staged = temporary.path() / "models" / "model";
};

}  // namespace

TEST_CASE("a project has a manifest and a build") {
  const Sources sources;
  CHECK(Project::open(sources.folder));
  std::filesystem::remove(sources.folder / "CMakeLists.txt");
  CHECK_THAT(Project::open(sources.folder).error().message,
             Contains("neither CMakeLists.txt nor meson.build"));
  sources.temporary.write("project/meson.build", "");
  CHECK(Project::open(sources.folder));
  std::filesystem::remove(sources.folder / "model.yaml");
  CHECK_THAT(Project::open(sources.folder).error().message, Contains("slipway new"));
  CHECK_FALSE(Project::open(sources.folder / "nowhere"));
}

TEST_CASE("what is staged is the bundle, as a whole, and only where it differs") {
  const Sources sources;
  const Result<Project> project = Project::open(sources.folder);
  REQUIRE(project);
  Result<bool> changed = stage(*project, sources.staged);
  REQUIRE(changed);
  CHECK(*changed);
  CHECK(std::filesystem::exists(sources.staged / "lib/x86_64/x.so"));
  CHECK(std::filesystem::exists(sources.staged / "schemas/request.yaml"));
  CHECK_FALSE(std::filesystem::exists(sources.staged / "src"));

  sources.temporary.write("project/src/model.hpp", "// another comment");
  changed = stage(*project, sources.staged);
  REQUIRE(changed);
  CHECK_FALSE(*changed);

  sources.temporary.write("project/lib/x86_64/x.so", "other code");
  std::filesystem::remove(sources.folder / "schemas/request.yaml");
  changed = stage(*project, sources.staged);
  REQUIRE(changed);
  CHECK(*changed);
  CHECK(std::filesystem::file_size(sources.staged / "lib/x86_64/x.so") == 10);
  CHECK_FALSE(std::filesystem::exists(sources.staged / "schemas/request.yaml"));
  CHECK(std::distance(std::filesystem::directory_iterator(sources.staged.parent_path()), {}) == 1);
}

TEST_CASE("schemas that the manifest has elsewhere are staged, too") {
  const Sources sources;
  sources.temporary.write(
      "project/model.yaml",
      "name: x\nversion: 1.0.0\nplugin: x\nschemas: {request: api/in.yaml, response: schemas/out.yaml}\n");
  sources.temporary.write("project/api/in.yaml", "{}");
  const Result<Project> project = Project::open(sources.folder);
  REQUIRE(project);
  REQUIRE(stage(*project, sources.staged));
  CHECK(std::filesystem::exists(sources.staged / "api/in.yaml"));
}
