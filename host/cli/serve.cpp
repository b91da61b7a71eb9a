// slipway serve: the host.
#include <csignal>

#include <cstdlib>

#include "api/service.hpp"
#include "cli/command.hpp"
#include "cli/config.hpp"
#include "http/server.hpp"
#include "lifecycle/folder.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

struct ServeFlags {
  std::string config;
  std::string models;
  std::vector<std::string> listen;
  unsigned threads = 0;
  std::string cache;
  std::string log_format;
  std::string log_level;
  std::string log_requests;
};

Status overlay_flags(const ServeFlags& flags, HostConfig& config) {
  if (!flags.models.empty()) config.models = flags.models;
  if (!flags.cache.empty()) config.cache = flags.cache;
  if (flags.threads != 0) config.threads = flags.threads;
  if (!flags.listen.empty()) config.listen.clear();
  for (const std::string& text : flags.listen) {
    const Result<http::ListenAddress> address = parse_listen(text);
    if (!address) return address.error();
    config.listen.push_back(*address);
  }
  const auto choose = [](const std::string& flag, auto parse, auto& out) -> Status {
    if (flag.empty()) return {};
    const auto parsed = parse(flag);
    if (!parsed) return parsed.error();
    out = *parsed;
    return {};
  };
  if (Status done = choose(flags.log_format, parse_log_format, config.log.format); !done) return done;
  if (Status done = choose(flags.log_level, parse_log_level, config.log.level); !done) return done;
  return choose(flags.log_requests, parse_request_log, config.request_log);
}

Result<HostConfig> effective_config(const ServeFlags& flags) {
  HostConfig config;
  if (!flags.config.empty())
    if (Status read = read_config(flags.config, config); !read) return std::move(read).error();
  if (Status overlaid = overlay_flags(flags, config); !overlaid) return std::move(overlaid).error();
  if (config.models.empty())
    return Error(
        Code::invalid_argument,
        "no models to serve: name a folder of bundles with --models DIR, or in the configuration file");
  if (config.threads == 0) config.threads = usable_cores();
  return config;
}

// Signals that end the host are taken one at a time by sigwait, in the main thread, not by handlers.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

int wait_for_signal(const sigset_t& set) {
  int signal = 0;
  while (sigwait(&set, &signal) != 0) {
  }
  return signal;
}

std::shared_ptr<model::Slot> make_slot(lifecycle::GatedVersion gated) {
  auto slot = std::make_shared<serving::ServedVersion>(std::move(gated.version));
  for (const Nanoseconds time : gated.predict_times) slot->execution().observe(time, false);
  return slot;
}

// After the last request: every version gives its memory back, or says why not.
void unload_all(model::RoutingTableOwner& tables) {
  const std::shared_ptr<const model::RoutingTable> table = tables.current();
  tables.publish(std::make_shared<const model::RoutingTable>());
  for (const auto& [name, route] : table->sorted()) {
    for (const auto& [version, slot] : route.versions) {
      slot->leases().close();
      slot->leases().wait_until_drained();
      const plugin::UnloadReport report = slot->take()->unload();
      if (!report.unmapped)
        log(Level::warning, "a plugin stayed mapped after it was unloaded",
            {{"model", name}, {"version", version}, {"why", report.likely_reason}});
    }
  }
}

void log_listening(const http::Server& server, const HostConfig& config, const model::RoutingTable& table,
                   std::size_t failed) {
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const std::string& host = config.listen[i].host;
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    log(Level::info, "listening",
        {{"url", "http://" + shown + ":" + std::to_string(server.port(i))},
         {"threads", std::int64_t{config.threads}},
         {"models", static_cast<std::int64_t>(table.size())},
         {"refused", static_cast<std::int64_t>(failed)}});
  }
}

// Answers what was accepted, waits for what runs, gives everything back.
int drain(http::Server& server, api::Service& service, serving::Pool& pool, model::RoutingTableOwner& tables,
          const sigset_t& signals, const HostConfig& config, int signal) {
  log(Level::info, "stopping: answering what was accepted",
      {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  service.health().set_ready(false);
  server.stop_accepting_and_drain(monotonic_now() + config.drain);
  // A second signal means: now.
  std::jthread impatience([&](std::stop_token stop) {
    const timespec tick{0, 50'000'000};
    while (!stop.stop_requested())
      if (sigtimedwait(&signals, nullptr, &tick) > 0) return server.stop_accepting_and_drain(monotonic_now());
  });
  server.join();
  impatience.request_stop();
  impatience.join();
  if (!pool.stop(std::chrono::steady_clock::now() + std::chrono::seconds(1))) {
    log(Level::error, "a prediction does not end; leaving without it");
    telemetry::stop_log();
    std::_Exit(kFailure);
  }
  unload_all(tables);
  log(Level::info, "stopped");
  return kSuccess;
}

int serve(const HostConfig& config) {
  const sigset_t signals = block_signals();
  if (const Status started = telemetry::start_log(config.log); !started)
    return complain(started.error().message), kFailure;

  model::RoutingTableOwner tables;
  const Result<lifecycle::FolderReport> folder =
      lifecycle::load_folder(config.models, cache_folder(config.cache), make_slot);
  if (!folder) return complain(folder.error().message), kUsage;
  tables.publish(folder->table);

  serving::Pool pool(config.pool);
  api::PredictOptions options;
  options.threads = config.threads;
  options.document = config.document;
  options.request_log = config.request_log;
  api::Service service(tables, pool, options);

  http::ServerOptions http;
  http.listen = config.listen;
  http.threads = config.threads;
  http.limits = config.http;
  Result<std::unique_ptr<http::Server>> server = http::Server::start(http, service.handler());
  if (!server) return complain(server.error().message), kFailure;
  service.health().set_server(server->get());
  service.health().set_ready(true);
  log_listening(**server, config, *folder->table, folder->failed);
  return drain(**server, service, pool, tables, signals, config, wait_for_signal(signals));
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit) {
  CLI::App* const command = app.add_subcommand("serve", "Serve a folder of model bundles over HTTP");
  auto flags = std::make_shared<ServeFlags>();
  command->add_option("-c,--config", flags->config, "Configuration file (slipway.yaml); flags go before it")
      ->envname("SLIPWAY_CONFIG");
  command->add_option("-m,--models", flags->models, "Folder of bundles: DIR/NAME/ or DIR/NAME/VERSION/")
      ->envname("SLIPWAY_MODELS");
  command
      ->add_option("-l,--listen", flags->listen,
                   "Address and port, e.g. 0.0.0.0:8080; may be given again [127.0.0.1:8080]")
      ->envname("SLIPWAY_LISTEN")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("-t,--threads", flags->threads, "Threads that serve [one a core]")
      ->envname("SLIPWAY_THREADS")
      ->check(CLI::Range(1, 256));
  command
      ->add_option("--cache", flags->cache,
                   "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->add_option("--log-format", flags->log_format, "console or json [console]")
      ->envname("SLIPWAY_LOG_FORMAT");
  command->add_option("--log-level", flags->log_level, "debug, info, warning or error [info]")
      ->envname("SLIPWAY_LOG_LEVEL");
  command
      ->add_option("--log-requests", flags->log_requests,
                   "Which requests get a line: none, errors or all [errors]")
      ->envname("SLIPWAY_LOG_REQUESTS");
  command->footer(
      "Serves until SIGTERM or SIGINT, then answers what was accepted and exits 0.\n\n"
      "  slipway serve --models build/release/models\n"
      "  curl localhost:8080/models");
  command->callback([flags, &exit] {
    const Result<HostConfig> config = effective_config(*flags);
    if (!config) {
      complain(config.error().message);
      exit = kUsage;
      return;
    }
    exit = serve(*config);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
