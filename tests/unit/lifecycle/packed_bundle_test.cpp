#include "lifecycle/packed_bundle.hpp"

#include "memory_input.hpp"
#include "packed_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

// Remembers the files that it is handed.
class Visitor : public BundleVisitor {
 public:
  Status begin_file(const std::string& path) override {
    if (path == refused) return {Code::io, "no room"};
    files.emplace_back(path, "");
    return {};
  }
  Status bytes(std::string_view piece) override {
    files.back().second += piece;
    return {};
  }
  Status end_file() override { return {}; }

  Entries files;
  std::string refused;
};

std::string refusal_of(const std::string& file) {
  Visitor visitor;
  MemoryInput input(file, 1000);
  return refusal(read_packed(input, visitor));
}

std::string refusal_of(const Entries& entries) {
  return refusal_of(zstd_of(tar_of(entries)));
}

}  // namespace

TEST_CASE("a packed bundle is its folder's files, its lock and its SBOM") {
  const TemporaryDirectory home;
  const Entries files = churn_files();
  for (const auto& [path, bytes] : files) home.write("churn/" + path, bytes);
  const PackedBundle about{lock_of(files), kSbom};
  std::string packed;
  const auto take = [&](std::string_view more) {
    packed += more;
    return Status();
  };
  REQUIRE(refusal(write_packed(about, home / "churn", take)) == "");
  CHECK(packed == zstd_of(tar_of(churn_entries())));

  Visitor visitor;
  MemoryInput input(packed, 7);
  const Result<PackedBundle> read = read_packed(input, visitor);
  REQUIRE(refusal(read) == "");
  CHECK(visitor.files == files);
  CHECK(read->sbom == kSbom);
  CHECK(*to_json(read->lock) == *to_json(about.lock));

  home.write("churn/README.md", "A model!!\n");
  CHECK_THAT(refusal(write_packed(about, home / "churn", take)), Contains("has grown"));
  home.write("churn/README.md", "");
  CHECK_THAT(refusal(write_packed(about, home / "churn", take)), Contains("has shrunk"));
}

TEST_CASE("the archive holds what its lock lists, in this order, and nothing else") {
  const auto without = [](std::size_t i) {
    Entries entries = churn_entries();
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    return refusal_of(entries);
  };
  CHECK_THAT(without(0), Contains("holds sbom.spdx.json where slipway.lock belongs"));
  CHECK_THAT(without(1), Contains("holds bundle/README.md where sbom.spdx.json belongs"));
  CHECK_THAT(without(3), Contains("holds bundle/model.yaml where bundle/lib/x86_64/p.so belongs"));
  CHECK_THAT(without(4), Contains("lacks bundle/model.yaml"));
  CHECK_THAT(refusal_of(Entries{}), Contains("lacks slipway.lock"));

  const auto and_then = [](const std::string& path) {
    Entries entries = churn_entries();
    entries.emplace_back(path, "x");
    return refusal_of(entries);
  };
  CHECK_THAT(and_then("bundle/zeal"), Contains("holds bundle/zeal, which is not in its lock"));
  CHECK_THAT(and_then("bundle/model.yaml"),
             Contains("bundle/model.yaml, which is not in its lock"));  // twice
  CHECK_THAT(and_then("../../etc/passwd"), Contains("the archive: \"../../etc/passwd\" cannot be"));
  CHECK_THAT(and_then("/etc/passwd"), Contains("must lead down from the bundle"));
  CHECK(and_then("bundle/\x1b[2J").find('\x1b') == std::string::npos);
  CHECK_THAT(and_then("bundle/\xff"), Contains("not UTF-8"));

  Entries swapped = churn_entries();
  std::swap(swapped[2], swapped[3]);
  CHECK_THAT(refusal_of(swapped), Contains("holds bundle/lib/x86_64/p.so where bundle/README.md belongs"));
}

TEST_CASE("every byte is what the lock says") {
  for (std::size_t i = 1; i < churn_entries().size(); ++i) {
    Entries entries = churn_entries();
    CAPTURE(entries[i].first);
    entries[i].second[0] ^= 1;
    CHECK_THAT(refusal_of(entries), Contains("not what its lock says"));
    entries = churn_entries();
    entries[i].second += "x";
    CHECK_THAT(refusal_of(entries), Contains("not what its lock says"));
  }
}

TEST_CASE("paths that lead out of the bundle, or are hidden, are not taken from a lock") {
  const auto refused = [](const std::string& path) {
    const Entries files = {{path, "x"}};
    return refusal_of(entries_of(lock_of(files), files));
  };
  CHECK_THAT(refused("/etc/passwd"), Contains("must lead down from the bundle"));
  CHECK_THAT(refused("../passwd"), Contains("must lead down from the bundle"));
  CHECK_THAT(refused("data/../../passwd"), Contains("must lead down from the bundle"));
  CHECK_THAT(refused("data//x"), Contains("must lead down from the bundle"));
  CHECK_THAT(refused("data\\x"), Contains("backslash"));
  CHECK_THAT(refused(".bashrc"), Contains("is hidden"));
  CHECK_THAT(refused("data/.netrc"), Contains("is hidden"));
}

TEST_CASE("a lock, an SBOM and a zstd frame cannot make the reader take much memory") {
  Entries entries = churn_entries();
  entries[0].second.assign((std::size_t{16} << 20) + 1, ' ');
  CHECK_THAT(refusal_of(entries), Contains("slipway.lock of more than 16 MiB"));
  entries = churn_entries();
  entries[1].second.assign((std::size_t{16} << 20) + 1, ' ');
  CHECK_THAT(refusal_of(entries), Contains("sbom.spdx.json of more than 16 MiB"));
  // Zeros without an end: the reader stops at the first.
  CHECK_THAT(refusal_of(zstd_of(std::string(std::size_t{64} << 20, '\0'))), Contains("behind its end"));
}

TEST_CASE("a file that is cut short, or goes on, is refused") {
  const std::string packed = zstd_of(tar_of(churn_entries()));
  REQUIRE(refusal_of(packed) == "");
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(size);
    CHECK_THAT(refusal_of(packed.substr(0, size)), Contains("cut short"));
  }
  CHECK_THAT(refusal_of(packed + '\0'), Contains("bytes behind their end"));
  CHECK_THAT(refusal_of(packed + packed), Contains("bytes behind their end"));
}

TEST_CASE("what the visitor refuses ends the reading with its error") {
  Visitor visitor;
  visitor.refused = "lib/x86_64/p.so";
  const std::string packed = zstd_of(tar_of(churn_entries()));
  MemoryInput input(packed);
  CHECK(refusal(read_packed(input, visitor)) == "no room");
  CHECK(visitor.files.size() == 1);
}
