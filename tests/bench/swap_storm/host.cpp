#include "host.hpp"

#include <fcntl.h>
#include <rapidjson/document.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "answer.hpp"
#include "model.hpp"

namespace storm {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

std::string read_whole(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_whole(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

rapidjson::Document parsed(const Answer& answer) {
  rapidjson::Document document;
  document.Parse(answer.body.data(), answer.body.size());
  if (document.HasParseError() || !document.IsObject())
    throw std::runtime_error("the host's answer makes no sense: " + std::string(answer.body));
  if (answer.status >= 400) {
    const bool says = document.HasMember("detail") && document["detail"].IsString();
    throw std::runtime_error(says ? document["detail"].GetString() : std::string(answer.body));
  }
  return document;
}

}  // namespace

Scratch::Scratch() {
  std::string name = std::filesystem::temp_directory_path() / "swap-storm.XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make the folder " + name);
  path_ = name;
}
Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

OwnHost::OwnHost(const std::filesystem::path& slipway, const std::filesystem::path& folder, unsigned threads)
    : folder_(folder) {
  // With a file where the host would note which versions have passed their gates, each swap passes them all,
  // as that to a new version does.
  std::filesystem::create_directory(folder / "cache");
  std::filesystem::permissions(folder / "cache", std::filesystem::perms::owner_all);
  std::ofstream(folder / "cache" / "gated");
  std::vector<std::string> words = {slipway,          "serve",    "--store",     folder / "store", "--cache",
                                    folder / "cache", "--listen", "127.0.0.1:0", "--log-format",   "json"};
  if (threads != 0) words.insert(words.end(), {"--threads", std::to_string(threads)});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, (folder / "host.log").c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int failed = ::posix_spawn(&pid_, slipway.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start " + slipway.string());
  wait_until_it_listens();
}

void OwnHost::wait_until_it_listens() {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    const std::string log = read_whole(folder_ / "host.log");
    const std::string_view begin = "http://127.0.0.1:";
    if (const std::size_t at = log.find(begin); at != std::string::npos) {
      data_.port = static_cast<std::uint16_t>(std::strtoul(log.c_str() + at + begin.size(), nullptr, 10));
      return;
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = -1;
      throw std::runtime_error("the host has ended:\n" + log);
    }
    std::this_thread::sleep_for(5ms);
  }
  throw std::runtime_error("the host does not listen");
}

OwnHost::~OwnHost() {
  stop();
}

int OwnHost::stop() {
  if (pid_ < 0) return 0;
  ::kill(pid_, SIGTERM);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Operator::Operator(const std::string& control_socket) : connection_(Address{"", 0, control_socket}) {}

void Operator::run(const std::string& path, const std::string& body, const Step& step) {
  connection_.send(post(path, body));
  const std::string id = std::to_string(parsed(connection_.receive())["operation"].GetInt64());
  // Who does not ask for the steps is woken by the end alone.
  std::size_t seen = step ? 0 : 1'000'000;
  for (;;) {
    connection_.send(get("/operations/" + id + "?after=" + std::to_string(seen)));
    const rapidjson::Document report = parsed(connection_.receive());
    if (step && report.HasMember("steps"))
      for (const auto& each : report["steps"].GetArray()) {
        step(each.GetString());
        ++seen;
      }
    if (!report["ended"].GetBool()) continue;
    if (report.HasMember("error")) throw std::runtime_error(path + ": " + report["error"].GetString());
    return;
  }
}

void Operator::publish(const std::filesystem::path& bundle) {
  run("/publish", R"({"bundle":")" + bundle.string() + R"("})", {});
}

void Operator::release(std::string_view model, std::string_view version, const Step& step) {
  run("/models/" + std::string(model) + "/release", R"({"version":")" + std::string(version) + R"("})", step);
}

void Operator::rollback(std::string_view model) {
  run("/models/" + std::string(model) + "/rollback", "{}", {});
}

pid_t Operator::host_process() const {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(connection_.descriptor(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.pid == 0)
    throw std::runtime_error("cannot tell which process the host is: run the storm where the host runs");
  return peer.pid;
}

Metrics::Metrics(const Address& data) {
  Connection connection(data);
  connection.send(get("/metrics"));
  text_ = connection.receive().body;
}

double Metrics::value(std::string_view name) const {
  const std::size_t at = text_.find("\n" + std::string(name) + " ");
  return at == std::string::npos ? 0 : std::strtod(text_.c_str() + at + name.size() + 2, nullptr);
}

Metrics::Histogram Metrics::histogram(std::string_view name) const {
  Histogram histogram;
  const std::string line = "\n" + std::string(name) + "_bucket{le=\"";
  for (std::size_t at = 0; (at = text_.find(line, at)) != std::string::npos;) {
    at += line.size();
    const double bound = std::strtod(text_.c_str() + at, nullptr);
    at = text_.find(' ', at);
    histogram.at_most[bound] = std::strtod(text_.c_str() + at, nullptr);
  }
  return histogram;
}

Metrics::Histogram Metrics::Histogram::since(const Histogram& before) const {
  Histogram difference = *this;
  for (auto& [bound, count] : difference.at_most)
    if (const auto found = before.at_most.find(bound); found != before.at_most.end()) count -= found->second;
  return difference;
}

double Metrics::Histogram::quantile(double part) const {
  double lower = 0, below = 0;
  for (const auto& [bound, count] : at_most) {
    if (count >= part * this->count() && count > below)
      return bound == std::numeric_limits<double>::infinity()
                 ? lower
                 : lower + (bound - lower) * (part * this->count() - below) / (count - below);
    lower = bound;
    below = count;
  }
  return lower;
}

double Metrics::Histogram::part_at_most(double bound) const {
  const auto found = at_most.upper_bound(bound * 1.001);
  if (found == at_most.begin() || count() == 0) return 0;
  return std::prev(found)->second / count();
}

Memory quiet_memory(pid_t host, const Address& data) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (Metrics(data).value("slipway_versions_draining") != 0 && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  const std::filesystem::path process = "/proc/" + std::to_string(host);
  Memory memory;
  std::ifstream maps(process / "maps"), sums(process / "smaps_rollup");
  for (std::string line; std::getline(maps, line);) ++memory.mappings;
  for (std::string line; std::getline(sums, line);)
    if (line.starts_with("Rss:")) memory.resident_kib = std::strtol(line.c_str() + 4, nullptr, 10);
  return memory;
}

std::filesystem::path make_bundle(const std::filesystem::path& folder, const std::filesystem::path& plugins,
                                  std::string_view model, std::uint32_t version) {
  const std::filesystem::path bundle = folder / (std::string(model) + "-" + version_text(version));
  utsname system{};
  ::uname(&system);
  const std::filesystem::path library = bundle / "lib" / system.machine / "storm.so";
  std::filesystem::create_directories(library.parent_path());
  std::filesystem::copy_file(plugins / ("storm_" + std::to_string(version) + ".so"), library);
  std::ostringstream manifest, cases;
  manifest << "name: " << model << "\nversion: " << version_text(version)
           << "\nplugin: storm\neffects: none\nexecution: inline\nparameters: {salt: " << salt(version)
           << "}\n";
  cases << "cases:\n";
  for (const std::uint64_t x : {100'000u, 123'457u, 999'999u})
    cases << "- {name: x" << x << ", request: {x: " << x << "}, response: {version: " << version_text(version)
          << ", answer: " << answer(version, x) << "}}\n";
  constexpr std::string_view kDraft = "$schema: http://json-schema.org/draft-04/schema#\n";
  write_whole(bundle / "model.yaml", manifest.str());
  write_whole(bundle / "schemas" / "request.yaml", std::string(kDraft) +
                                                       "type: object\nadditionalProperties: false\nrequired: "
                                                       "[x]\nproperties: {x: {type: integer, minimum: 0}}\n");
  write_whole(bundle / "schemas" / "response.yaml",
              std::string(kDraft) +
                  "type: object\nadditionalProperties: false\nrequired: [version, answer]\n"
                  "properties: {version: {type: string}, answer: {type: integer}}\n");
  write_whole(bundle / "tests" / "golden.yaml", cases.str());
  return bundle;
}

}  // namespace storm
