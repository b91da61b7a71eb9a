// slipway serve: the host.
#include <malloc.h>

#include <csignal>
#include <cstdlib>

#include "api/service.hpp"
#include "cli/command.hpp"
#include "cli/config.hpp"
#include "cli/model_source.hpp"
#include "http/server.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

struct ServeFlags {
  std::string config;
  std::string models;
  std::string store;
  std::string control;
  std::string keys;
  std::vector<std::string> listen;
  unsigned threads = 0;
  std::string cache;
  std::string log_format;
  std::string log_level;
  std::string log_requests;
};

Status overlay_flags(const ServeFlags& flags, HostConfig& config) {
  if (!flags.models.empty()) config.models = flags.models;
  if (!flags.store.empty()) config.store = flags.store;
  if (!flags.control.empty()) config.control = flags.control;
  if (!flags.keys.empty()) config.keys = flags.keys;
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
  if (config.models.empty() && config.store.empty())
    return Error(
        Code::invalid_argument,
        "no models to serve: name a folder of bundles with --models DIR, or a store with --store DIR, or "
        "either in the configuration file");
  if (!config.models.empty() && !config.store.empty())
    return Error(Code::invalid_argument,
                 "--models and --store are two ways to say what is served; give one of them");
  if (config.threads == 0) config.threads = usable_cores();
  return config;
}

// Signals that end the host are taken one at a time by sigwait, in the main thread, not by handlers.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigset_t blocked = set;
  sigaddset(&blocked, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

// What changes while a host runs: SIGHUP. A file that is wrong changes nothing.
void reload(api::KeyGuard* keys) {
  if (keys == nullptr) return log(Level::info, "SIGHUP: there is nothing to read again");
  if (const Status read = keys->reload(); !read)
    return log(Level::error, "the keys stay as they were", {{"why", read.error().message}});
  log(Level::info, "the keys were read again", {{"keys", static_cast<std::int64_t>(keys->keys())}});
}

// Until one that ends the host; SIGHUP does not.
int wait_for_signal(const sigset_t& ending, api::KeyGuard* keys) {
  sigset_t set = ending;
  sigaddset(&set, SIGHUP);
  while (true) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (signal != SIGHUP) return signal;
    reload(keys);
  }
}

Result<std::unique_ptr<api::KeyGuard>> open_keys(const HostConfig& config) {
  if (config.keys.empty()) return std::unique_ptr<api::KeyGuard>();
  return api::KeyGuard::open(config.keys, config.threads);
}

// glibc gives up to eight heaps a core to threads that happen to allocate at once, and keeps what each has
// grown to: one for each thread that serves, and two for all that comes and goes, are enough.
void limit_heaps(unsigned serving_threads) {
  ::mallopt(M_ARENA_MAX, static_cast<int>(serving_threads) + 2);
}

std::shared_ptr<model::Slot> make_slot(std::unique_ptr<model::ModelVersion> version,
                                       const std::vector<Nanoseconds>& predict_times) {
  auto slot = std::make_shared<serving::ServedVersion>(std::move(version));
  for (const Nanoseconds time : predict_times) slot->execution().observe(time, false);
  return slot;
}

void log_listening(const http::Server& server, const HostConfig& config, const ModelSource::Report& models) {
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const std::string& host = config.listen[i].host;
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    log(Level::info, "listening",
        {{"url", "http://" + shown + ":" + std::to_string(server.port(i))},
         {"threads", std::int64_t{config.threads}},
         {"models", static_cast<std::int64_t>(models.served)},
         {"refused", static_cast<std::int64_t>(models.refused)}});
  }
}

// Answers what was accepted, waits for what runs, gives everything back.
int drain(http::Server& server, api::Service& service, serving::Pool& pool, serving::ShadowRunner& shadows,
          lifecycle::Catalog& catalog, lifecycle::Reaper& reaper, const sigset_t& signals,
          const HostConfig& config, int signal) {
  service.health().set_ready(false);
  server.stop_accepting_and_drain(monotonic_now() + config.drain);
  log(Level::info, "stopping: answering what was accepted",
      {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  // A second signal means: now.
  std::jthread impatience([&](std::stop_token stop) {
    const timespec tick{0, 50'000'000};
    while (!stop.stop_requested())
      if (sigtimedwait(&signals, nullptr, &tick) > 0) return server.stop_accepting_and_drain(monotonic_now());
  });
  server.join();
  impatience.request_stop();
  impatience.join();
  // The pool first: what ran there may have been offered to a shadow.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  if (!pool.stop(deadline) || !shadows.stop(deadline)) {
    log(Level::error, "a prediction does not end; leaving without it");
    telemetry::stop_log();
    std::_Exit(kFailure);
  }
  // After the last request: every version gives its memory back, or the reaper says why not.
  for (const lifecycle::VersionId id : catalog.loaded()) reaper.retire(id, false);
  reaper.stop(monotonic_now() + config.drain);
  log(Level::info, "stopped");
  return kSuccess;
}

int serve(const HostConfig& config) {
  const sigset_t signals = block_signals();
  limit_heaps(config.threads);
  if (const Status started = telemetry::start_log(config.log); !started)
    return complain(started.error().message), kFailure;

  const Result<std::unique_ptr<api::KeyGuard>> keys = open_keys(config);
  if (!keys) return complain(keys.error().message), kUsage;
  model::RoutingTableOwner tables;
  lifecycle::Catalog catalog(tables);
  const Result<std::unique_ptr<lifecycle::Reaper>> reaper = lifecycle::Reaper::start(catalog, config.drain);
  if (!reaper) return complain(reaper.error().message), kFailure;
  worker::ProbeOptions probe;
  probe.budget = config.probe;
  lifecycle::Deployer deployer(catalog, cache_folder(config.cache), make_slot, config.overrides, probe);
  Result<std::unique_ptr<lifecycle::IdleKeeper>> idle =
      lifecycle::IdleKeeper::start(catalog, deployer, **reaper, config.idle);
  if (!idle) return complain(idle.error().message), kFailure;
  const ServedModels models{tables, catalog, deployer, **reaper};
  Result<std::unique_ptr<ModelSource>> source =
      config.store.empty() ? open_folder_source(config, models) : open_store_source(config, models);
  if (!source) return complain(source.error().message), kUsage;

  serving::Pool pool(config.pool);
  serving::ShadowRunner shadows(pool, config.document);
  api::PredictOptions options;
  options.threads = config.threads;
  options.document = config.document;
  options.request_log = config.request_log;
  options.waker = idle->get();
  api::Service service(tables, pool, shadows, options, {keys->get(), config.open_metrics});

  service.health().set_lifecycle(catalog, **reaper, **idle);
  http::ServerOptions http;
  http.listen = config.listen;
  http.threads = config.threads;
  http.limits = config.http;
  http.on_nudge = [&service](unsigned thread) { service.refresh(thread); };
  Result<std::unique_ptr<http::Server>> server = http::Server::start(http, service);
  if (!server) return complain(server.error().message), kFailure;
  service.health().set_server(server->get());
  tables.set_refresh([&server = **server] { server.nudge(); });
  service.health().set_ready(true);
  log_listening(**server, config, (*source)->at_start());
  const int signal = wait_for_signal(signals, keys->get());
  source->reset();
  (*idle)->stop();
  const int exit = drain(**server, service, pool, shadows, catalog, **reaper, signals, config, signal);
  tables.set_refresh({});
  return exit;
}

}  // namespace

void add_serve_command(CLI::App& app, int& exit) {
  CLI::App* const command = app.add_subcommand(
      "serve", "Serve models over HTTP: a folder of bundles, or a store of published versions");
  auto flags = std::make_shared<ServeFlags>();
  command->add_option("-c,--config", flags->config, "Configuration file (slipway.yaml); flags go before it")
      ->envname("SLIPWAY_CONFIG");
  command->add_option("-m,--models", flags->models, "Folder of bundles: DIR/NAME/ or DIR/NAME/VERSION/")
      ->envname("SLIPWAY_MODELS");
  command
      ->add_option("-s,--store", flags->store,
                   "Store of published versions, made if it is not there; see slipway publish")
      ->envname("SLIPWAY_STORE");
  command
      ->add_option("--control", flags->control, "With --store: the socket for operators [STORE/control.sock]")
      ->envname("SLIPWAY_CONTROL");
  command
      ->add_option("--keys", flags->keys,
                   "File of the keys that callers need; see slipway keys. Without it nobody needs one")
      ->envname("SLIPWAY_KEYS");
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
