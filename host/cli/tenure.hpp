// The time for which a process is the host: from when it has taken over from another, if there was one, until
// a signal comes or another process has taken over from it.
#pragma once

#include <atomic>
#include <csignal>
#include <memory>

#include "api/health.hpp"
#include "api/key_guard.hpp"
#include "cli/config.hpp"
#include "cli/host_hand_over.hpp"
#include "cli/inherited.hpp"
#include "cli/model_source.hpp"
#include "cli/service_link.hpp"
#include "cli/takeover_listener.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"

namespace slipway::cli {

// By which the thread that hands over wakes the main one; from elsewhere it means nothing. Blocked in all
// threads.
constexpr int kHandedOver = SIGUSR1;

struct Serving {
  http::Server& server;
  ModelSource& source;
  ServiceLink& link;
  api::HealthService& health;
};

// What SIGHUP makes a host read again; null: it has none.
struct Reloaded {
  api::KeyGuard* keys = nullptr;
  http::TlsContext* tls = nullptr;
};

// For a host that serves already. True: it is the host. False: the one before it has thought better of it,
// and goes on.
bool conclude_takeover(Inherited& inherited, ModelSource& source);

class Tenure {
 public:
  // From now on another process can take over. Where it cannot, the log says so: a host serves without.
  Tenure(const HostConfig& config, Serving host);

  // When it returns nothing more is accepted, and what was accepted is being answered.  [main thread]
  // SIGHUP does not end it: what is `reloaded` is read again.
  void wait_for_end(const sigset_t& signals, Reloaded reloaded);

 private:
  int next_signal(sigset_t set, const Reloaded& reloaded);

  const HostConfig& config_;
  const Serving host_;
  HostHandOver hand_over_;
  std::atomic<bool> handed_over_{false};
  std::unique_ptr<TakeoverListener> listener_;  // last: it uses the others; null: nobody can take over
};

}  // namespace slipway::cli
