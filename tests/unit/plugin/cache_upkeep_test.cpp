#include "plugin/cache_upkeep.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <string>

#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::plugin;
using namespace slipway::test;

namespace fs = std::filesystem;

namespace {

std::string digest_of(char digit) {
  return std::string(64, digit);
}

// A cache with files in it that were used so many hours ago.
class Cache {
 public:
  fs::path folder() const { return scratch_ / "cache"; }

  void put(const std::string& name, int hours_ago, std::size_t bytes = 10) {
    fs::create_directories(folder());
    std::ofstream(folder() / name) << std::string(bytes, 'x');
    use(name, hours_ago);
  }
  void use(const std::string& name, int hours_ago) {
    const Nanoseconds used = utc_now() - hours_ago * 3600 * kSecond;
    const timespec times[] = {{used / kSecond, 0}, {used / kSecond, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (folder() / name).c_str(), times, 0) == 0);
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const fs::directory_entry& each : fs::directory_iterator(folder()))
      all.insert(each.path().filename().string());
    return all;
  }

 private:
  TemporaryDirectory scratch_;
};

}  // namespace

TEST_CASE("the copies that have not been used for the longest go first") {
  Cache cache;
  for (int i = 0; i < 5; ++i) cache.put(digest_of(static_cast<char>('a' + i)) + ".so", 10 - i);
  const CacheUpkeep done = tidy_cache(cache.folder(), {.copies = 2, .bytes = 1'000, .spared = kSecond});
  CHECK(done.removed == 3);
  CHECK(done.bytes == 30);
  CHECK(cache.names() == std::set<std::string>{digest_of('d') + ".so", digest_of('e') + ".so"});
}

TEST_CASE("a cache is bounded in bytes, too") {
  Cache cache;
  cache.put(digest_of('a') + ".so", 3, 600);
  cache.put(digest_of('b') + "-2.so", 2, 600);
  CHECK(tidy_cache(cache.folder(), {.copies = 100, .bytes = 1'000, .spared = kSecond}).removed == 1);
  CHECK(cache.names() == std::set<std::string>{digest_of('b') + "-2.so"});
}

TEST_CASE("what was used just now, what this process holds and other files stay") {
  Cache cache;
  cache.put(digest_of('a') + ".so", 0);
  for (const char* const name : {"notes.txt", "x.so", "gated"}) cache.put(name, 1'000);
  cache.put(digest_of('b') + "-x.so", 1'000);
  const Result<StoredLibrary> held = StoredLibrary::store(fixture("good_c"), cache.folder(), {});
  REQUIRE(held);
  cache.use(held->name(), 1'000);  // as if it had been used long ago
  CHECK(tidy_cache(cache.folder(), {.copies = 0, .bytes = 0, .spared = 3600 * kSecond}).removed == 0);
  CHECK(cache.names().size() == 6);
}

TEST_CASE("drafts that nobody has finished are removed") {
  Cache cache;
  cache.put("." + digest_of('a') + ".so.123.0.tmp", 2);
  cache.put("." + digest_of('b') + ".so.123.0.tmp", 0);
  CHECK(tidy_cache(cache.folder(), {}).removed == 1);
  CHECK(cache.names() == std::set<std::string>{"." + digest_of('b') + ".so.123.0.tmp"});
}

TEST_CASE("a cache that is not there is no trouble") {
  CHECK(tidy_cache("/nonexistent/cache", {}).removed == 0);
  CHECK(tidy_cache("", {}).removed == 0);
}
