#include "cli/tenure.hpp"

#include <pthread.h>

#include <atomic>
#include <string_view>

#include "cli/host_hand_over.hpp"
#include "cli/takeover_listener.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

// kHandedOver: another process goes on in this one's place.
int wait_for_end(sigset_t set, const std::atomic<bool>& handed_over) {
  sigaddset(&set, kHandedOver);
  int signal = 0;
  while (sigwait(&set, &signal) != 0 || (signal == kHandedOver && !handed_over.load())) {
  }
  return signal;
}

// Null, with a line in the log, where it cannot be: a host serves without one.
std::unique_ptr<TakeoverListener> listen_for_successor(const HostConfig& config, HandOver& hand_over,
                                                       std::atomic<bool>& handed_over) {
  const std::string path = takeover_socket(config.takeover_socket, config.store);
  if (path.empty()) return nullptr;
  Result<std::unique_ptr<TakeoverListener>> listener =
      TakeoverListener::start(path, hand_over, [&handed_over, main = pthread_self()] {
        handed_over.store(true);
        pthread_kill(main, kHandedOver);
      });
  if (listener) return std::move(*listener);
  log(Level::error, "no new host can take this one over: " + listener.error().message);
  return nullptr;
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

void serve_until_end(const HostConfig& config, Serving host, const sigset_t& signals) {
  HostHandOver hand_over(host.server, host.source, host.link, config.drain);
  std::atomic<bool> handed_over{false};
  const std::unique_ptr<TakeoverListener> listener = listen_for_successor(config, hand_over, handed_over);
  const int signal = wait_for_end(signals, handed_over);
  if (signal == kHandedOver) return;  // HostHandOver has done the rest
  host.health.set_ready(false);
  host.link.stopping();
  host.source.abandon();
  if (listener != nullptr && listener->stop()) {
    host.source.retire();
    host.server.hand_over_and_drain(monotonic_now() + config.drain);
  } else {
    host.server.stop_accepting_and_drain(monotonic_now() + config.drain);
  }
  log(Level::info, "stopping: answering what was accepted",
      {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
}

}  // namespace slipway::cli
