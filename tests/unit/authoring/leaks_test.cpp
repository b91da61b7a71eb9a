#include "authoring/leaks.hpp"

#include <catch2/catch.hpp>

#include "base/file.hpp"
#include "fixtures.hpp"

using namespace slipway;
using namespace slipway::authoring;
using Catch::Matchers::Contains;

namespace {

std::string secret_in(std::string_view text, std::size_t piece = 1 << 20) {
  SecretFinder finder;
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) finder.add(text.substr(0, piece));
  return finder.found();
}

class Nowhere : public lifecycle::BundleVisitor {
 public:
  Status begin_file(const std::string&) override { return {}; }
  Status bytes(std::string_view) override { return {}; }
  Status end_file() override { return {}; }
};

std::vector<Leak> leaks_in(const std::string& path, std::string_view bytes) {
  Nowhere nowhere;
  LeakFinder finder(nowhere);
  REQUIRE(finder.begin_file(path).ok());
  REQUIRE(finder.bytes(bytes).ok());
  REQUIRE(finder.end_file().ok());
  return finder.leaks();
}

// In two parts: nothing that looks for secrets shall find one in this file.
std::string key(const std::string& kind) {
  return "-----BEGIN " + kind + "PRIVATE" + " KEY-----";
}
const std::string kAws = std::string("AKIA") + "IOSFODNN7EXAMPLE";

}  // namespace

TEST_CASE("files that are called like secrets are leaks") {
  for (const char* path :
       {"data/id_rsa", "data/keys/id_ed25519", "tests/ID_ECDSA", "data/id_dsa", "data/prod.env",
        "data/_netrc", "data/credentials.json", "data/gcp-Credentials-2.json", "data/host.p12",
        "data/host.PFX", "data/a.jks", "data/a.keystore", "data/a.kdbx", "data/a.ppk"}) {
    CAPTURE(path);
    CHECK(leak_by_path(path) != "");
  }
  for (const char* path : {"data/weights.txt", "model.yaml", "data/environment.yaml", "data/id_rsa.txt",
                           "data/credentials.md", "data/key.pem", "lib/x86_64/netrc_reader.so"}) {
    CAPTURE(path);
    CHECK(leak_by_path(path) == "");
  }
}

TEST_CASE("data are leaks outside of data/ and tests/") {
  for (const char* ending : {".csv",  ".tsv",    ".parquet", ".jsonl", ".ndjson", ".npy",    ".npz",
                             ".pkl",  ".pickle", ".joblib",  ".h5",    ".hdf5",   ".arrow",  ".feather",
                             ".avro", ".xlsx",   ".sqlite",  ".sav",   ".CSV",    ".csv.gz", ".jsonl.zst"}) {
    CAPTURE(ending);
    CHECK_THAT(leak_by_path(std::string("schemas/train") + ending), Contains("belongs in data/"));
    CHECK(leak_by_path(std::string("data/vocabulary") + ending) == "");
    CHECK(leak_by_path(std::string("tests/rows") + ending) == "");
  }
}

TEST_CASE("a private key is found by what it begins with") {
  for (const char* kind : {"", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "}) {
    CAPTURE(kind);
    CHECK(secret_in(key(kind) + "\nMIIEvQIBADANBg\n") == "holds a private key");
    CHECK(secret_in("{\"k\": \"" + key(kind) + "\\nMIIEvQIBADANBg\"}") == "holds a private key");
    CHECK(secret_in("key: |\r\n  " + key(kind) + "\r\n  MIIEvQIBADANBg\n") == "holds a private key");
    // What reads keys, or writes about them, holds the header alone.
    CHECK(secret_in(key(kind) + std::string("\0more", 5)) == "");
    CHECK(secret_in(key(kind) + "\n...\n") == "");
  }
  CHECK(secret_in("-----BEGIN CERTIFICATE-----\nMIIE\n") == "");
  CHECK(secret_in("-----BEGIN PUBLIC KEY-----\nMIIE\n") == "");
}

TEST_CASE("tokens are found by their form") {
  const std::string many(60, 'x');
  for (const std::string& token :
       {kAws, "ASIA" + kAws.substr(4), "ghp_" + many.substr(0, 36), "gho_" + many.substr(0, 36),
        "ghs_" + many.substr(0, 36), "github_pat_" + many, "xoxb-" + many, "xoxp-1-2-" + many,
        "AIza" + many.substr(0, 35), "slw_" + many.substr(0, 43)}) {
    CAPTURE(token);
    CHECK_THAT(secret_in("token = \"" + token + "\"\n"), Contains("holds a"));
    CHECK_THAT(secret_in(token), Contains("holds a"));
    CHECK(secret_in("x" + token) == "");
    CHECK(secret_in(token.substr(0, 12)) == "");
  }
  CHECK(secret_in(kAws + "X") == "");
}

TEST_CASE("a secret is found wherever it is divided") {
  const std::string text = std::string(1000, ' ') + kAws + std::string(1000, ' ');
  const std::string pem = std::string(1000, ' ') + key("RSA ") + "\n" + std::string(64, 'M') + "\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{1003}, std::size_t{1024}}) {
    CAPTURE(piece);
    CHECK(secret_in(text, piece) == "holds an AWS access key");
    CHECK(secret_in(pem, piece) == "holds a private key");
  }
}

TEST_CASE("a bundle's leaks are found in one pass, each with its file") {
  Nowhere nowhere;
  LeakFinder finder(nowhere);
  for (const auto& [path, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"data/prod.env", kAws}, {"data/w.bin", "fine"}, {"schemas/a.csv", "1,2"}}) {
    REQUIRE(finder.begin_file(path).ok());
    REQUIRE(finder.bytes(bytes).ok());
    REQUIRE(finder.end_file().ok());
  }
  std::vector<std::string> files;
  for (const Leak& leak : finder.leaks()) files.push_back(leak.file);
  CHECK(files == std::vector<std::string>{"data/prod.env", "data/prod.env", "schemas/a.csv"});
}

TEST_CASE("a library that looks for others in the builder's folders is a leak") {
  const auto leaks_of = [](const char* name, const char* path) {
    const Result<std::string> bytes = read_file(test::fixture(name), 100 << 20);
    REQUIRE(bytes.ok());
    return leaks_in(path, *bytes);
  };
  REQUIRE(leaks_of("rpath", "lib/x86_64/p.so").size() == 1);
  CHECK_THAT(leaks_of("rpath", "lib/x86_64/p.so").front().reason,
             Contains("looks for libraries in /opt/models/lib"));
  CHECK(leaks_of("vendored_with_origin", "lib/x86_64/p.so").empty());
  CHECK(leaks_of("good_c", "lib/x86_64/p.so").empty());
  CHECK(leaks_in("lib/x86_64/p.so", "no library").empty());
}
