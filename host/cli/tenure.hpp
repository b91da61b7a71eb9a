// The time for which a process is the host: from when it has taken over from another, if there was one, until
// a signal comes or another process has taken over from it.
#pragma once

#include <csignal>

#include "api/health.hpp"
#include "cli/config.hpp"
#include "cli/inherited.hpp"
#include "cli/model_source.hpp"
#include "cli/service_link.hpp"
#include "http/server.hpp"

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

// For a host that serves already. True: it is the host. False: the one before it has thought better of it,
// and goes on.
bool conclude_takeover(Inherited& inherited, ModelSource& source);

// When it returns nothing more is accepted, and what was accepted is being answered.
void serve_until_end(const HostConfig& config, Serving host, const sigset_t& signals);

}  // namespace slipway::cli
