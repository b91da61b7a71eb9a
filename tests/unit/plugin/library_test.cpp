#include "plugin/library.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <thread>

#include "plugin/mappings.hpp"
#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::test;
using Catch::Matchers::Contains;
using plugin::Library;
using plugin::StoredLibrary;
using plugin::UnloadReport;

namespace {

Result<Library> load(std::string_view bytes, const std::filesystem::path& cache = {}) {
  auto stored = StoredLibrary::store_bytes(bytes, cache, {});
  if (!stored.ok()) return stored.error();
  return Library::load(std::move(*stored));
}

void create_and_destroy(const Library& library) {
  slw_setup setup{};
  setup.size = sizeof setup;
  void* model = nullptr;
  CHECK(library.table().create(&setup, &model) == SLW_OK);
  library.table().destroy(model);
}

std::size_t mappings_in_process() {
  std::ifstream maps("/proc/self/maps");
  std::size_t lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

}  // namespace

TEST_CASE("a loaded plugin's table is checked and copied") {
  const TemporaryDirectory home;
  const std::string bytes = bytes_of("all_fields");
  auto library = load(bytes, home / "cache");
  REQUIRE(refusal(library) == "");
  CHECK(std::string(library->table().name) == "all-fields");
  CHECK(std::string(library->table().version) == "1.2.3-rc.1+build.5");
  CHECK(std::string(library->table().sdk_version) == SLW_SDK_VERSION);
  REQUIRE(library->table().get_extension != nullptr);
  CHECK(library->table().get_extension("slipway.nothing") == nullptr);
  CHECK(library->digest() == sha256(bytes));
  CHECK(library->report().table_size >= sizeof(slw_plugin));
  CHECK(plugin::mappings_of(library->path().filename().string()).count > 0);
  create_and_destroy(*library);
}

TEST_CASE("a field that an older table does not have is null") {
  auto library = load(bytes_of("old_table"));
  REQUIRE(refusal(library) == "");
  CHECK(library->table().size == offsetof(slw_plugin, get_extension));
  CHECK(library->table().get_extension == nullptr);
}

TEST_CASE("a table that is no good is refused by the field at fault") {
  const std::pair<const char*, const char*> refused[] = {
      {"small_table", "says that it has 32 bytes"},
      {"large_table", "says that it has 4096 bytes"},
      {"newer_minor", "upgrade the host"},
      {"no_predict", "has no predict"},
      {"foreign_predict", "a predict that is not code of the plugin"},
      {"data_predict", "a predict that is not code of the plugin"},
      {"bad_name", "a name that cannot be one"},
      {"endless_name", "a name that is no text of the plugin"},
      {"no_version", "a version that is no text of the plugin"},
      {"foreign_version", "a version that is no text of the plugin"},
  };
  for (const auto& [name, problem] : refused) {
    INFO(name);
    const std::string bytes = bytes_of(name);
    CHECK_THAT(refusal(load(bytes)), Contains(problem));
    CHECK(plugin::mappings_of(to_hex(sha256(bytes))).count == 0);
  }
}

TEST_CASE("the loader's own words are kept when it cannot load") {
  CHECK_THAT(refusal(load(bytes_of("unresolved"))), Contains("undefined symbol: fixture_nowhere"));
}

TEST_CASE("two libraries of the same bytes share nothing") {
  const TemporaryDirectory home;
  for (const auto& cache : {home / "cache", std::filesystem::path()}) {
    auto first = load(bytes_of("good_cpp"), cache);
    auto second = load(bytes_of("good_cpp"), cache);
    REQUIRE((first.ok() && second.ok()));
    CHECK(first->table().create != second->table().create);
    CHECK(first->unload().unmapped);
    create_and_destroy(*second);
    CHECK(second->unload().unmapped);
  }
}

TEST_CASE("in a process of its own, a plugin finds the libraries beside it") {
  const TemporaryDirectory home;
  const auto file = home.write("model.so", bytes_of("vendored_with_origin"));
  std::filesystem::copy_file(fixture("libfixture_vendored_build"), home / "libfixture_vendored.so");
  plugin::InspectionPolicy policy;
  CHECK_THAT(refusal(StoredLibrary::in_place(file, policy)), Contains("from a copy"));
  policy.own_process = true;
  CHECK_THAT(refusal(Library::load(*StoredLibrary::store(file, home / "cache", policy))),
             Contains("libfixture_vendored.so"));
  auto stored = StoredLibrary::in_place(file, policy);
  REQUIRE(refusal(stored) == "");
  auto library = Library::load(std::move(*stored));
  REQUIRE(refusal(library) == "");
  create_and_destroy(*library);
  CHECK(plugin::mappings_of("libfixture_vendored.so").count > 0);
  CHECK(library->unload().unmapped);
  CHECK(plugin::mappings_of("libfixture_vendored.so").count == 0);
}

TEST_CASE("unloading is proven") {
  const TemporaryDirectory home;
  for (const auto& cache : {home / "cache", std::filesystem::path()}) {
    auto library = load(bytes_of("good_cpp"), cache);
    REQUIRE(refusal(library) == "");
    create_and_destroy(*library);
    const UnloadReport report = library->unload();
    CHECK(report.unmapped);
    CHECK(report.mappings == 0);
    CHECK(report.likely_reason == "");
    CHECK(plugin::mappings_of(to_hex(library->digest())).count == 0);
  }
}

TEST_CASE("a library that goes out of scope is unloaded") {
  const std::string bytes = bytes_of("good_c");
  {
    auto library = load(bytes);
    REQUIRE(refusal(library) == "");
    Library moved = std::move(*library);
    create_and_destroy(moved);
  }
  CHECK(plugin::mappings_of(to_hex(sha256(bytes))).count == 0);
}

TEST_CASE("a thread-local object that lives on pins the library, which is reported and not used again") {
  const std::string bytes = bytes_of("tls_destructor"), digest = to_hex(sha256(bytes));
  std::promise<void> created, unloaded;
  std::thread caller;
  {
    auto library = load(bytes);
    REQUIRE(refusal(library) == "");
    REQUIRE(library->report().tls_destructors);
    caller = std::thread([&] {
      create_and_destroy(*library);
      created.set_value();
      unloaded.get_future().wait();
    });
    created.get_future().wait();
    const UnloadReport report = library->unload();
    CHECK_FALSE(report.unmapped);
    CHECK(report.mappings > 0);
    CHECK(report.bytes > 0);
    CHECK_THAT(report.likely_reason, Contains("thread_local"));
  }
  CHECK(StoredLibrary::store_bytes(bytes, {}, {})->name() == digest + "-2.so");
  auto next = load(bytes);
  CHECK(refusal(next) == "");
  CHECK(next->unload().unmapped);
  unloaded.set_value();
  caller.join();
}

TEST_CASE("thread-local objects do no harm once their thread has ended") {
  auto library = load(bytes_of("tls_destructor") + "another");
  REQUIRE(refusal(library) == "");
  std::thread([&] { create_and_destroy(*library); }).join();
  CHECK(library->unload().unmapped);
}

TEST_CASE("two thousand versions that come and go leave nothing behind") {
  const std::string good = bytes_of("good_cpp");
  const auto come_and_go = [&](int version) {
    auto library = load(good + std::to_string(version));
    if (!library.ok()) FAIL(library.error().message);
    create_and_destroy(*library);
    if (!library->unload().unmapped) FAIL("version " << version << " stayed");
  };
  for (int version = 0; version < 100; ++version) come_and_go(version);
  const std::size_t before = mappings_in_process();
  for (int version = 100; version < 2100; ++version) come_and_go(version);
  if (!kSanitized) CHECK(mappings_in_process() <= before);  // a sanitizer maps memory for its own ends
}
