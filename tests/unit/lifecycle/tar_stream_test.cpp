#include "lifecycle/tar_stream.hpp"

#include <vector>

#include "memory_input.hpp"
#include "store_support.hpp"

using namespace slipway;
using namespace slipway::lifecycle;
using namespace slipway::test;
using Catch::Matchers::Contains;

namespace {

struct File {
  std::string path, bytes;
  bool operator==(const File&) const = default;
};

std::string tar_of(const std::vector<File>& files) {
  std::string out;
  TarWriter tar([&](std::string_view more) {
    out += more;
    return Status();
  });
  for (const File& file : files) {
    REQUIRE(refusal(tar.begin_file(file.path, file.bytes.size())) == "");
    REQUIRE(refusal(tar.write(file.bytes)) == "");
  }
  REQUIRE(refusal(tar.finish()) == "");
  return out;
}

Result<std::vector<File>> files_in(std::string_view tar) {
  MemoryInput input(tar, 100);
  TarReader reader(input);
  std::vector<File> files;
  for (;;) {
    Result<std::optional<TarEntry>> entry = reader.next();
    if (!entry) return std::move(entry).error();
    if (!*entry) return files;
    files.push_back({(*entry)->path, ""});
    std::string piece(64, '\0');
    for (;;) {
      const Result<std::size_t> got = reader.read(piece);
      if (!got) return got.error();
      if (*got == 0) break;
      files.back().bytes.append(piece, 0, *got);
    }
  }
}

// The header's checksum, made right after a change.
std::string summed(std::string tar) {
  std::fill_n(tar.begin() + 148, 8, ' ');
  unsigned sum = 0;
  for (int i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[static_cast<std::size_t>(i)]);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  return tar.replace(148, 7, digits, 7);
}

std::string with(std::string tar, std::size_t at, std::string_view bytes) {
  return summed(tar.replace(at, bytes.size(), bytes));
}

}  // namespace

TEST_CASE("files come back out of a tar file as they were") {
  const std::string deep = std::string(60, 'd') + "/" + std::string(60, 'e') + "/" + std::string(100, 'f');
  for (const std::vector<File>& files : std::vector<std::vector<File>>{
           {}, {{"a", ""}}, {{"a", std::string(512, 'x')}, {"b", "y"}, {deep, std::string(1000, 'z')}}}) {
    const auto back = files_in(tar_of(files));
    REQUIRE(refusal(back) == "");
    CHECK(*back == files);
  }
}

TEST_CASE("a tar file is what other programs take for one") {
  const std::string tar = tar_of({{"name", "bytes"}});
  REQUIRE(tar.size() == 2048);
  CHECK(tar.substr(257, 8) == std::string("ustar\00000", 8));
  CHECK(tar.substr(100, 8) == std::string("0000644\0", 8));
  CHECK(tar == summed(tar));
}

TEST_CASE("what does not fit a ustar header is refused") {
  CHECK_THAT(refusal(check_fits_tar(std::string(101, 'n'), 0)), Contains("too long a path"));
  CHECK_THAT(refusal(check_fits_tar(std::string(156, 'p') + "/" + std::string(90, 'n'), 0)),
             Contains("too long a path"));
  CHECK_THAT(refusal(check_fits_tar("", 0)), Contains("too long a path"));
  CHECK_THAT(refusal(check_fits_tar("name", kMaxTarFileBytes + 1)), Contains("8 GiB or more"));
  CHECK(check_fits_tar("name", kMaxTarFileBytes).ok());
}

TEST_CASE("a file must have as many bytes as it was said to have") {
  TarWriter tar([](std::string_view) { return Status(); });
  REQUIRE(tar.begin_file("a", 3).ok());
  CHECK_THAT(refusal(tar.write("four")), Contains("has grown"));
  REQUIRE(tar.write("tw").ok());
  CHECK_THAT(refusal(tar.begin_file("b", 0)), Contains("has shrunk"));
  CHECK_THAT(refusal(tar.finish()), Contains("has shrunk"));
}

TEST_CASE("a header that is not to the bit what would be written is refused") {
  const std::string tar = tar_of({{"name", "bytes"}});
  const auto refused = [](const std::string& text) { return refusal(files_in(text)); };
  CHECK_THAT(refused(with(tar, 156, "2")), Contains("holds a link"));
  CHECK_THAT(refused(with(tar, 156, "1")), Contains("holds a link"));
  CHECK_THAT(refused(with(tar, 156, "3")), Contains("holds a device or a pipe"));
  CHECK_THAT(refused(with(tar, 156, "6")), Contains("holds a device or a pipe"));
  CHECK_THAT(refused(with(tar, 156, "5")), Contains("holds a folder"));
  for (const char* extended : {"x", "g", "L", "K"})
    CHECK_THAT(refused(with(tar, 156, extended)), Contains("holds an extended header"));
  CHECK_THAT(refused(with(tar, 156, "S")), Contains("holds no regular file"));
  CHECK_THAT(refused(with(tar, 124, "x")), Contains("without a size"));
  struct {
    std::size_t at;
    const char* bytes;
  } const changes[] = {{100, "0000755"}, {108, "0001750"}, {136, "14702045715"}, {157, "target"},
                       {265, "root"},    {329, "0000001"}, {500, "hidden"},      {345, "prefix"}};
  for (const auto& change : changes) {
    CAPTURE(change.at);
    const std::string changed = with(tar, change.at, change.bytes);
    CHECK_THAT(refused(changed), Contains("does not write"));
  }
  std::string unsummed = tar;
  unsummed[148] = '7';
  CHECK_THAT(refused(unsummed), Contains("does not write"));
}

TEST_CASE("a tar file ends where it says, and nothing is hidden in its padding") {
  const std::string tar = tar_of({{"name", "bytes"}});
  const auto refused = [](const std::string& text) { return refusal(files_in(text)); };
  for (std::size_t size = 0; size < tar.size(); size += 64) {
    CAPTURE(size);
    CHECK_THAT(refused(tar.substr(0, size)), Contains("cut short"));
  }
  CHECK_THAT(refused(tar + '\0'), Contains("bytes behind its end"));
  std::string padded = tar;
  padded[512 + 100] = 'x';
  CHECK_THAT(refused(padded), Contains("bytes between its files"));
  std::string ended = tar;
  ended.back() = 'x';
  CHECK_THAT(refused(ended), Contains("bytes behind its end"));
}
