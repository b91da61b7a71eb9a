#include "lifecycle/unpacked_bundle.hpp"

#include "base/file.hpp"
#include "packed_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

std::filesystem::path write_packed_churn(const TemporaryDirectory& home, const BundleLock& lock) {
  return home.write("churn.slip", zstd_of(tar_of(entries_of(lock, churn_files()))));
}

}  // namespace

TEST_CASE("a packed bundle is a private folder as long as somebody looks at it") {
  const TemporaryDirectory home;
  std::filesystem::path folder;
  {
    const Result<UnpackedBundle> unpacked = unpack(write_packed_churn(home, lock_of(churn_files())));
    REQUIRE(refusal(unpacked) == "");
    folder = unpacked->folder.path();
    CHECK(unpacked->packed.lock.name == "churn");
    CHECK(*read_file(unpacked->directory / "README.md", 100) == "A model.\n");
    CHECK((std::filesystem::status(folder).permissions() & std::filesystem::perms::mask) ==
          std::filesystem::perms::owner_all);
  }
  CHECK_FALSE(std::filesystem::exists(folder));
}

TEST_CASE("a lock that is about another version than the manifest is refused") {
  const TemporaryDirectory home;
  CHECK_THAT(refusal(unpack(write_packed_churn(home, lock_of(churn_files(), "sum")))),
             Contains("the lock is about sum 1.0.0, the manifest about churn 1.0.0"));
  CHECK_THAT(refusal(unpack(home / "nowhere.slip")), Contains("No such file"));
  CHECK_THAT(refusal(unpack(home.write("text.slip", "text"))), Contains("text.slip: the zstd data"));
}
