#include "cli/config.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace slipway;
using namespace slipway::cli;

namespace {

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("slipway-config-" + std::to_string(getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~ConfigFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

std::string refusal(const std::string& text) {
  const ConfigFile file(text);
  HostConfig config;
  const Status read = read_config(file.path(), config);
  REQUIRE_FALSE(read.ok());
  std::string message = read.error().message;
  return message.substr(message.find(".yaml:") + 6);
}

}  // namespace

TEST_CASE("addresses to listen on") {
  CHECK(parse_listen("127.0.0.1:8080")->port == 8080);
  CHECK(parse_listen(":80")->host == "0.0.0.0");
  CHECK(parse_listen("[::1]:0")->host == "::1");
  CHECK(parse_listen("localhost:1")->host == "127.0.0.1");
  for (const char* text :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "::1:80", "127.0.0.1:80x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_listen(text).ok());
  }
}

TEST_CASE("a configuration file overlays the defaults") {
  const ConfigFile file(R"(
models: /srv/models
listen: ["127.0.0.1:9000", "[::1]:9000"]
threads: 3
pool: 5
log: {format: json, level: debug, requests: all}
limits: {body: 1MiB, header: 8KiB, depth: 10, values: 99, connections: 7, header_timeout: 1s, body_timeout: 2s, idle_timeout: 3s, drain: 4s}
)");
  HostConfig config;
  const Status read = read_config(file.path(), config);
  if (!read) FAIL(read.error().message);
  CHECK(config.models == "/srv/models");
  REQUIRE(config.listen.size() == 2);
  CHECK(config.listen[1].host == "::1");
  CHECK(config.threads == 3);
  CHECK(config.pool == 5);
  CHECK(config.log.format == telemetry::LogFormat::json);
  CHECK(config.log.level == telemetry::Level::debug);
  CHECK(config.request_log == api::RequestLog::all);
  CHECK(config.http.max_body_bytes == 1u << 20);
  CHECK(config.http.max_header_bytes == 8u << 10);
  CHECK(config.http.max_connections == 7);
  CHECK(config.http.header_timeout == kSecond);
  CHECK(config.http.body_timeout == 2 * kSecond);
  CHECK(config.http.idle_timeout == 3 * kSecond);
  CHECK(config.drain == 4 * kSecond);
  CHECK(config.document.depth == 10);
  CHECK(config.document.nodes == 99);
}

TEST_CASE("mistakes in a configuration file are named with line and column") {
  CHECK(refusal("thread: 3\n").starts_with("1:1: /thread: "));
  CHECK(refusal("models: x\nlimits:\n  body: 16MB\n").starts_with("3:9: /limits/body: "));
  CHECK(refusal("log: {level: loud}\n").starts_with("1:14: /log/level: "));
  CHECK(refusal("listen: 127.0.0.1\n").starts_with("1:9: "));
  CHECK(refusal("threads: 0\n").starts_with("1:10: /threads: "));
  CHECK(refusal("threads: two\n").starts_with("1:10: /threads: "));
}
