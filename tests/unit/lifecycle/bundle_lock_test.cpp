#include "lifecycle/bundle_lock.hpp"

#include "lifecycle/bundle_source.hpp"
#include "packed_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

BundleLock whole_lock() {
  BundleLock lock = lock_of(churn_files());
  PluginOrigin origin;
  origin.build_id = "c0ffee";
  origin.abi = "0.1";
  origin.sdk = "0.1.0";
  origin.compilers = {"GCC: (Debian 12.2.0-14) 12.2.0"};
  origin.libraries = {{"libstdc++.so.6", "libstdc++.so.6.0.30", "bead"}, {"libnowhere.so.1", "", ""}};
  lock.plugins = {{"lib/aarch64/p.so", std::nullopt}, {"lib/x86_64/p.so", origin}};
  return lock;
}

std::string text_of(const BundleLock& lock) {
  Result<std::string> text = to_json(lock);
  REQUIRE(refusal(text) == "");
  return *text;
}

std::string refused(const BundleLock& lock) {
  return refusal(parse_lock(text_of(lock)));
}

std::string replaced(const std::string& what, const std::string& with) {
  std::string text = text_of(whole_lock());
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return refusal(parse_lock(text.replace(at, what.size(), with)));
}

}  // namespace

TEST_CASE("a lock comes back from its text") {
  const BundleLock lock = whole_lock();
  const Result<BundleLock> back = parse_lock(text_of(lock));
  REQUIRE(refusal(back) == "");
  CHECK(text_of(*back) == text_of(lock));
  CHECK(back->digest() == lock.digest());
  CHECK_FALSE(back->plugins[0].origin.has_value());
  CHECK(back->plugins[1].origin->libraries[0].file == "libstdc++.so.6.0.30");
  CHECK(bytes_of(back->files) == bytes_of(lock.files));
}

TEST_CASE("a lock that is not one is refused with the reason") {
  CHECK_THAT(refusal(parse_lock("")), Contains("slipway.lock"));
  CHECK_THAT(refusal(parse_lock("[]")), Contains("must be an object"));
  CHECK_THAT(replaced("\"format\":1", "\"format\":2"), Contains("/format"));
  CHECK_THAT(replaced("\"abi\":\"0.1\"", "\"abi\":\"new\""), Contains("/plugins/1/abi"));
  CHECK_THAT(replaced("\"sdk\":", "\"sdk\":\"\",\"sdk\":"), Contains("sdk"));
  CHECK_THAT(replaced(whole_lock().digest(), std::string(64, '0')),
             Contains("digest is not that of the files"));
  CHECK_THAT(replaced("\"size\":9,", "\"size\":-1,"), Contains("/files/0/size"));
  CHECK_THAT(replaced("\"size\":9,", "\"size\":9.0,"), Contains("/files/0/size"));
}

TEST_CASE("a lock's files are sorted, each is there once, and together they fit a bundle") {
  BundleLock lock = lock_of(churn_files());
  std::swap(lock.files[0], lock.files[1]);
  CHECK_THAT(refused(lock), Contains("not sorted"));
  lock = lock_of(churn_files());
  lock.files[1] = lock.files[0];
  CHECK_THAT(refused(lock), Contains("README.md is there twice"));
  lock = lock_of(churn_files());
  for (LockedFile& file : lock.files) file.size = (std::uint64_t{1} << 33) - 1;
  CHECK_THAT(refused(lock), Contains("more than 16 GiB"));
}
