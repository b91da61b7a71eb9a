#include "lifecycle/gate_record.hpp"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

using namespace slipway;
using namespace slipway::lifecycle;

namespace {

struct Cache {
  Cache() {
    std::string name = (std::filesystem::temp_directory_path() / "slipway-gated-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Cache() { std::filesystem::remove_all(path); }
  Cache(const Cache&) = delete;

  std::filesystem::path only_file() const {
    std::filesystem::directory_iterator at(path / "gated");
    REQUIRE(at != std::filesystem::directory_iterator());
    return at->path();
  }

  std::filesystem::path path;
};

const Remembered kBundle{{7, {R"({"a":1})", "[2]", ""}}, {{"model.yaml", "{}"}, {"schemas/a b.yaml", "[]"}}};

}  // namespace

TEST_CASE("what has passed is known to the same build only") {
  const Cache cache;
  const GateRecord record(cache.path, "one");
  CHECK_FALSE(record.has_passed("this"));
  record.note_passed("this");
  CHECK(record.has_passed("this"));
  CHECK(GateRecord(cache.path, "one").has_passed("this"));
  CHECK_FALSE(record.has_passed("that"));
  CHECK_FALSE(GateRecord(cache.path, "other").has_passed("this"));
  const GateRecord none(cache.path, "");
  none.note_passed("this");
  CHECK_FALSE(none.has_passed("this"));
}

TEST_CASE("what is remembered of a bundle comes back") {
  const Cache cache;
  const GateRecord record(cache.path, "one");
  CHECK_FALSE(record.remembered("digest"));
  record.remember("digest", kBundle);
  const std::optional<Remembered> kept = record.remembered("digest");
  REQUIRE(kept);
  CHECK(kept->warm_up.cases == 7);
  CHECK(kept->warm_up.requests == kBundle.warm_up.requests);
  CHECK(kept->parsed == kBundle.parsed);
  CHECK_FALSE(record.remembered("another"));
  CHECK_FALSE(GateRecord(cache.path, "other").remembered("digest"));

  record.remember("digest", {});
  REQUIRE(record.remembered("digest"));
  CHECK(record.remembered("digest")->parsed.empty());
  CHECK(record.remembered("digest")->warm_up.requests.empty());
}

TEST_CASE("a name that a line cannot hold is not remembered") {
  const Cache cache;
  const GateRecord record(cache.path, "one");
  record.remember("digest", {{1, {}}, {{"schemas/a\nb.yaml", "{}"}}});
  CHECK_FALSE(record.remembered("digest"));
}

TEST_CASE("a file that was cut short, or is something else, gives nothing that was not there") {
  const Cache cache;
  const GateRecord record(cache.path, "one");
  record.remember("digest", kBundle);
  const std::filesystem::path file = cache.only_file();
  std::ifstream in(file);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    std::ofstream(file, std::ios::trunc) << whole.substr(0, size);
    const std::optional<Remembered> kept = record.remembered("digest");
    if (!kept) continue;
    CHECK(kept->parsed.size() == kBundle.parsed.size());
    CHECK(kept->warm_up.requests.size() <= kBundle.warm_up.requests.size());
  }
  std::ofstream(file, std::ios::trunc) << "something else\n";
  CHECK_FALSE(record.remembered("digest"));
}
