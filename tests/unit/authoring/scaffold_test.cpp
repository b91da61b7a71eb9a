#include "authoring/scaffold.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;
using Catch::Matchers::Contains;

namespace {

std::string read(const std::filesystem::path& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// Two templates that share a part.
struct Templates {
  Templates() {
    temporary.write("templates/common/README.md", "# @name@\n");
    temporary.write("templates/common/build", "common");
    temporary.write("templates/small/.template", "the least\ncommon\n");
    temporary.write("templates/small/src/model.hpp", "namespace @plugin@ { /* @plugin@ */ }\n");
    temporary.write("templates/large/.template", "the most\ncommon small\n");
    temporary.write("templates/large/build", "its own");
  }
  const test::TemporaryDirectory temporary;
  const std::filesystem::path folder = temporary.path() / "templates";
};

}  // namespace

TEST_CASE("the templates are those with a line that says what for") {
  const Templates templates;
  const auto found = list_templates(templates.folder);
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].name == "large");
  CHECK((*found)[1].purpose == "the least");
  CHECK_FALSE(list_templates(templates.folder / "nowhere"));
}

TEST_CASE("a project has the files of its template and of its parts, with the model's name in them") {
  const Templates templates;
  const std::filesystem::path target = templates.temporary.path() / "my-model";
  const auto files = scaffold(templates.folder, "large", "my-model", target);
  REQUIRE(files);
  CHECK(*files == std::vector<std::string>{"README.md", "build", "src/model.hpp"});
  CHECK(read(target / "README.md") == "# my-model\n");
  CHECK(read(target / "build") == "its own");
  CHECK(read(target / "src/model.hpp") == "namespace my_model { /* my_model */ }\n");
}

TEST_CASE("an empty folder is taken, and what is in one is left alone") {
  const Templates templates;
  const std::filesystem::path target = templates.temporary.path() / "taken";
  std::filesystem::create_directory(target);
  CHECK(scaffold(templates.folder, "small", "a", target));
  const auto again = scaffold(templates.folder, "small", "a", target);
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Code::already_exists);
  std::filesystem::create_symlink("nowhere", templates.temporary.path() / "link");
  CHECK_FALSE(scaffold(templates.folder, "small", "a", templates.temporary.path() / "link"));
}

TEST_CASE("a template that is not there is told with those that are") {
  const Templates templates;
  const auto made = scaffold(templates.folder, "medium", "a", templates.temporary.path() / "a");
  REQUIRE_FALSE(made);
  CHECK_THAT(made.error().message, Contains("large, small"));
  CHECK_FALSE(std::filesystem::exists(templates.temporary.path() / "a"));
}

TEST_CASE("a model's name is a manifest's") {
  for (const char* const good : {"a", "a1", "1a", "a-b", "a--b"}) CHECK(check_model_name(good).ok());
  for (const char* const bad : {"", "-a", "a-", "A", "a_b", "a.b", "a/b", "..", "\xc3\xa9"})
    CHECK_FALSE(check_model_name(bad).ok());
  CHECK(check_model_name(std::string(63, 'a')).ok());
  CHECK_FALSE(check_model_name(std::string(64, 'a')).ok());
}
