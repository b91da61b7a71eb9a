#include "cli/tenure.hpp"

#include <pthread.h>

#include <string_view>

#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

void reload(api::KeyGuard& keys) {
  if (const Status read = keys.reload(); !read)
    return log(Level::error, "the keys stay as they were", {{"why", read.error().message}});
  log(Level::info, "the keys were read again", {{"keys", static_cast<std::int64_t>(keys.keys())}});
}

void reload(http::TlsContext& tls) {
  if (const Status read = tls.reload(); !read)
    return log(Level::error, "the certificate stays as it was",
               {{"why", read.error().message}, {"expires", tls.expires()}});
  log(Level::info, "the certificate was read again", {{"expires", tls.expires()}});
}

// What changes while a host runs. A file that is wrong changes nothing.
void reload(const Reloaded& reloaded) {
  if (reloaded.keys == nullptr && reloaded.tls == nullptr)
    return log(Level::info, "SIGHUP: there is nothing to read again");
  if (reloaded.keys != nullptr) reload(*reloaded.keys);
  if (reloaded.tls != nullptr) reload(*reloaded.tls);
}

}  // namespace

bool conclude_takeover(Inherited& inherited, ModelSource& source) {
  if (!inherited.takeover) return true;
  const Nanoseconds ready = monotonic_now();
  if (const Status concluded = inherited.takeover->conclude(); !concluded) {
    log(Level::error, "not taken over: " + concluded.error().message);
    return false;
  }
  const Nanoseconds now = monotonic_now();
  log(Level::info, "taken over",
      {{"milliseconds", (now - inherited.takeover->began()) / kMillisecond},
       {"hand_over_us", (now - ready) / kMicrosecond}});
  if (inherited.control && !inherited.control->lives_on)
    inherited.control->file.emplace(inherited.control->actual.host.substr(std::string_view("unix:").size()));
  if (const Status heard = source.hear_operators(std::move(inherited.control)); !heard)
    log(Level::error, "operators are not heard: " + heard.error().message);
  return true;
}

Tenure::Tenure(const HostConfig& config, Serving host)
    : config_(config), host_(host), hand_over_(host.server, host.source, host.link, config.drain) {
  const std::string path = takeover_socket(config.takeover_socket, config.store);
  if (path.empty()) return;
  Result<std::unique_ptr<TakeoverListener>> listener =
      TakeoverListener::start(path, hand_over_, [this, main = pthread_self()] {
        handed_over_.store(true);
        pthread_kill(main, kHandedOver);
      });
  if (listener)
    listener_ = std::move(*listener);
  else
    log(Level::error, "no new host can take this one over: " + listener.error().message);
}

// Until one that ends the tenure. kHandedOver: another process goes on in this one's place.
int Tenure::next_signal(sigset_t set, const Reloaded& reloaded) {
  sigaddset(&set, kHandedOver);
  sigaddset(&set, SIGHUP);
  for (;;) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0) continue;
    if (signal == kHandedOver && !handed_over_.load()) continue;
    if (signal != SIGHUP) return signal;
    host_.link.reloading();
    reload(reloaded);
    host_.link.ready_again();
  }
}

void Tenure::wait_for_end(const sigset_t& signals, Reloaded reloaded) {
  const int signal = next_signal(signals, reloaded);
  if (signal == kHandedOver) return;  // HostHandOver has done the rest
  host_.health.set_ready(false);
  host_.link.stopping();
  host_.source.abandon();
  if (listener_ != nullptr && listener_->stop()) {
    host_.source.retire();
    host_.server.hand_over_and_drain(monotonic_now() + config_.drain);
  } else {
    host_.server.stop_accepting_and_drain(monotonic_now() + config_.drain);
  }
  log(Level::info, "stopping: answering what was accepted",
      {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
}

}  // namespace slipway::cli
