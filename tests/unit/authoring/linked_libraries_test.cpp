#include "authoring/linked_libraries.hpp"

#include <catch2/catch.hpp>

#include "fixtures.hpp"
#include "temporary_directory.hpp"

using namespace slipway;
using namespace slipway::authoring;

TEST_CASE("the system's libraries are found, with their build IDs") {
  const auto found = find_libraries({"libc.so.6", "libstdc++.so.6"}, library_folders());
  REQUIRE(found.size() == 2);
  for (const lifecycle::LinkedLibrary& library : found) {
    CAPTURE(library.name);
    CHECK(library.file.starts_with(library.name.substr(0, library.name.find('.'))));
    CHECK(library.build_id.size() == 40);
  }
}

TEST_CASE("a library is described by the file that its name leads to in the first folder that has it") {
  const test::TemporaryDirectory home;
  std::filesystem::create_directories(home / "first");
  std::filesystem::create_directories(home / "second");
  std::filesystem::copy_file(test::fixture("unflagged"), home / "second/libx.so.1.2.3");
  std::filesystem::create_symlink("libx.so.1.2.3", home / "second/libx.so.1");
  home.write("second/libtext.so", "no library");
  const auto found = find_libraries({"libx.so.1", "libtext.so", "libnowhere.so", "../second/libx.so.1"},
                                    {home / "first", home / "second"});
  REQUIRE(found.size() == 4);
  CHECK(found[0].file == "libx.so.1.2.3");
  CHECK(found[0].build_id == "c0ffee");
  CHECK(found[1].file == "libtext.so");
  CHECK(found[1].build_id == "");
  CHECK(found[2].file == "");
  CHECK(found[3].file == "");
}
