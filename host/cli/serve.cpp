// slipway serve: the host.
#include <malloc.h>

#include <csignal>
#include <cstdlib>

#include "api/service.hpp"
#include "cli/command.hpp"
#include "cli/config.hpp"
#include "cli/inherited.hpp"
#include "cli/model_source.hpp"
#include "cli/service_link.hpp"
#include "cli/tenure.hpp"
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
  bool takeover = false;
  std::string takeover_socket;
  std::string keys;
  http::TlsFiles tls;
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
  config.takeover = flags.takeover;
  if (!flags.takeover_socket.empty()) config.takeover_socket = flags.takeover_socket;
  if (!flags.keys.empty()) config.keys = flags.keys;
  if (!flags.tls.certificate.empty()) config.tls.certificate = flags.tls.certificate;
  if (!flags.tls.key.empty()) config.tls.key = flags.tls.key;
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

// Where each request has its line, a burst of them waits for the disk.
constexpr std::size_t kRequestLines = 8192;

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
  if (config.request_log == api::RequestLog::all) config.log.queue = kRequestLines;
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
  sigaddset(&blocked, kHandedOver);
  sigaddset(&blocked, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // under a limit of file sizes, writing fails as on a full disk
  return set;
}

Result<std::unique_ptr<api::KeyGuard>> open_keys(const HostConfig& config) {
  if (config.keys.empty()) return std::unique_ptr<api::KeyGuard>();
  return api::KeyGuard::open(config.keys, config.threads);
}

Result<std::unique_ptr<http::TlsContext>> open_certificate(const HostConfig& config) {
  if (config.tls.none()) return std::unique_ptr<http::TlsContext>();
  return http::open_tls(config.tls);
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
  const std::string scheme = config.tls.none() ? "http://" : "https://";
  for (const http::ListenAddress& each : server.listening()) {
    const std::string shown = each.host.find(':') == std::string::npos ? each.host : "[" + each.host + "]";
    log(Level::info, "listening",
        {{"url", scheme + shown + ":" + std::to_string(each.port)},
         {"threads", std::int64_t{config.threads}},
         {"models", static_cast<std::int64_t>(models.served)},
         {"refused", static_cast<std::int64_t>(models.refused)}});
  }
}

// Answers what was accepted, waits for what runs, gives everything back.
int drain(http::Server& server, serving::Pool& pool, serving::ShadowRunner& shadows,
          lifecycle::Catalog& catalog, lifecycle::Reaper& reaper, lifecycle::IdleKeeper& idle,
          const sigset_t& signals, const HostConfig& config) {
  // A second signal means: now.
  std::jthread impatience([&](std::stop_token stop) {
    const timespec tick{0, 50'000'000};
    while (!stop.stop_requested())
      if (sigtimedwait(&signals, nullptr, &tick) > 0) return server.stop_accepting_and_drain(monotonic_now());
  });
  server.join();
  impatience.request_stop();
  impatience.join();
  idle.stop();  // not before: what was accepted may be for a version that is asleep
  // The pool first: what ran there may have been offered to a shadow.
  // Shadows run where a core has nothing else to do, and may need longer.
  const auto from_now = [](auto time) { return std::chrono::steady_clock::now() + time; };
  if (!pool.stop(from_now(std::chrono::seconds(2))) || !shadows.stop(from_now(std::chrono::seconds(10)))) {
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
  Result<Inherited> inherited = inherit_from_manager(config);
  if (!inherited) return complain(inherited.error().message), kUsage;
  if (const Status started = telemetry::start_log(config.log); !started)
    return complain(started.error().message), kFailure;
  if (config.takeover)
    if (const Status begun = inherit_from_host(config, *inherited); !begun)
      return complain(begun.error().message), kFailure;

  const Result<std::unique_ptr<api::KeyGuard>> keys = open_keys(config);
  if (!keys) return complain(keys.error().message), kUsage;
  const Result<std::unique_ptr<http::TlsContext>> tls = open_certificate(config);
  if (!tls) return complain(tls.error().message), kUsage;
  model::RoutingTableOwner tables;
  lifecycle::Catalog catalog(tables);
  const Result<std::unique_ptr<lifecycle::Reaper>> reaper = lifecycle::Reaper::start(catalog, config.drain);
  if (!reaper) return complain(reaper.error().message), kFailure;
  const Result<std::unique_ptr<ServiceLink>> link =
      ServiceLink::start(inherited->notify_socket, inherited->watchdog, config.threads, tables);
  if (!link) return complain(link.error().message), kFailure;
  worker::ProbeOptions probe;
  probe.budget = config.probe;
  lifecycle::Deployer deployer(catalog, cache_folder(config.cache), make_slot, config.overrides, probe,
                               config.document);
  Result<std::unique_ptr<lifecycle::IdleKeeper>> idle =
      lifecycle::IdleKeeper::start(catalog, deployer, **reaper, config.idle);
  if (!idle) return complain(idle.error().message), kFailure;
  const ServedModels models{tables, catalog, deployer, **reaper};
  Result<std::unique_ptr<ModelSource>> source =
      config.store.empty() ? open_folder_source(config, models) : open_store_source(config, models);
  if (!source) return complain(source.error().message), kUsage;
  if (!inherited->takeover)
    if (const Status heard = (*source)->hear_operators(std::move(inherited->control)); !heard)
      return complain(heard.error().message), kUsage;

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
  http.listen = inherited->listen;
  http.threads = config.threads;
  http.limits = config.http;
  http.tls = tls->get();
  http.on_nudge = [&service, &link = **link](unsigned thread) {
    service.refresh(thread);
    link.answer_nudge(thread);
  };
  service.health().set_ready(true);  // before the first who asks
  Result<std::unique_ptr<http::Server>> server =
      http::Server::start(http, service, std::move(inherited->data));
  if (!server) return complain(server.error().message), kFailure;
  service.health().set_server(server->get());
  tables.set_refresh([&server = **server, &link = **link] {
    server.nudge();
    link.table_changed();
  });
  const bool is_host = conclude_takeover(*inherited, **source);
  if (is_host) {
    Tenure tenure(config, {**server, **source, **link, service.health()});
    log_listening(**server, config, (*source)->at_start());
    (*link)->ready([&server = **server] { server.nudge(); });
    tenure.wait_for_end(signals, {keys->get(), tls->get()});
  } else {
    (*server)->hand_over_and_drain(monotonic_now() + config.drain);
  }
  source->reset();
  const int exit = drain(**server, pool, shadows, catalog, **reaper, **idle, signals, config);
  tables.set_refresh({});
  (*link)->stop();
  return is_host ? exit : kFailure;
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
  command->add_flag("--takeover", flags->takeover,
                    "Take over from the host that runs, without a request lost; with its options");
  command
      ->add_option("--takeover-socket", flags->takeover_socket,
                   "Where a new host takes this one over [STORE/takeover.sock]")
      ->envname("SLIPWAY_TAKEOVER_SOCKET");
  command
      ->add_option("--keys", flags->keys,
                   "File of the keys that callers need; see slipway keys. Without it nobody needs one")
      ->envname("SLIPWAY_KEYS");
  command
      ->add_option("--tls-certificate", flags->tls.certificate,
                   "PEM file of the host's certificate and its chain; without it plain HTTP is spoken")
      ->envname("SLIPWAY_TLS_CERTIFICATE");
  command->add_option("--tls-key", flags->tls.key, "PEM file of the certificate's key")
      ->envname("SLIPWAY_TLS_KEY");
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
