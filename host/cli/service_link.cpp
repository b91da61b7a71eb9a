#include "cli/service_link.hpp"

#include <pthread.h>

#include <algorithm>
#include <system_error>

#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

constexpr Nanoseconds kNothingToDo = 3600 * kSecond;

bool is_served(const model::Route& route) {
  return std::any_of(route.versions.begin(), route.versions.end(), [](const model::RoutedVersion& each) {
    return !each.labels.empty() && (each.slot != nullptr || each.asleep);
  });
}

}  // namespace

ServiceLink::ServiceLink(std::string notify_socket, Nanoseconds watchdog, unsigned threads,
                         const model::RoutingTableOwner& tables, Bell bell)
    : notifier_(std::move(notify_socket)),
      watchdog_(notifier_.socket().empty() ? 0 : watchdog),
      tables_(tables),
      bell_(std::move(bell)),
      answered_(threads) {}

Result<std::unique_ptr<ServiceLink>> ServiceLink::start(std::string notify_socket, Nanoseconds watchdog,
                                                        unsigned threads,
                                                        const model::RoutingTableOwner& tables) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<ServiceLink> link(
      new ServiceLink(std::move(notify_socket), watchdog, threads, tables, std::move(*bell)));
  if (link->notify_socket().empty()) return link;  // nobody to tell: no thread
  try {
    link->thread_ = std::thread(&ServiceLink::run, link.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that tells the service manager: " + std::string(failure.what()));
  }
  pthread_setname_np(link->thread_.native_handle(), "service-link");
  return link;
}

void ServiceLink::stop() {
  quit_.store(true);
  bell_.ring();
  if (thread_.joinable()) thread_.join();
}

void ServiceLink::ready(std::function<void()> nudge) {
  nudge_ = std::move(nudge);
  send("READY=1\n" + status_line());
  serves_.store(true);
  bell_.ring();
}

// Where the unit is Type=notify-reload systemd wants to know when the reload began.
void ServiceLink::reloading() {
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_now() / kMicrosecond));
}

void ServiceLink::stopping() {
  ends_.store(true);
  send("STOPPING=1\nSTATUS=answering what was accepted");
}

void ServiceLink::ready_again() {
  send("READY=1\n" + status_line());
}

void ServiceLink::hand_over(pid_t successor) {
  if (successor == 0) return stopping();
  ends_.store(true);
  send("MAINPID=" + std::to_string(successor));
  silent_.store(true);
}

void ServiceLink::answer_nudge(unsigned thread) noexcept {
  answered_[thread].store(round_.load());
  if (watchdog_ != 0 && all_have_answered()) bell_.ring();
}

void ServiceLink::table_changed() noexcept {
  table_changed_.store(true);
  if (!notify_socket().empty()) bell_.ring();
}

bool ServiceLink::all_have_answered() const {
  const std::uint64_t round = round_.load();
  return std::all_of(answered_.begin(), answered_.end(),
                     [&](const std::atomic<std::uint64_t>& each) { return each.load() >= round; });
}

void ServiceLink::send(const std::string& assignments) {
  if (silent_.load()) return;
  const Status sent = notifier_.send(assignments);
  if (sent || refused_.exchange(true)) return;
  log(Level::warning, "the service manager cannot be told", {{"why", sent.error().message}});
}

std::string ServiceLink::status_line() const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  const auto served = std::count_if(table->routes().begin(), table->routes().end(),
                                    [](const auto& route) { return is_served(*route); });
  return "STATUS=serving " + std::to_string(served) + (served == 1 ? " model" : " models");
}

// Rounds begin at half the watchdog's time; the manager hears of each when all threads have answered it.
void ServiceLink::watch(Nanoseconds now) {
  const std::uint64_t round = round_.load();
  if (told_round_ != round && (ends_.load() || all_have_answered())) {
    told_round_ = round;
    send("WATCHDOG=1");
  }
  if (now < next_round_) return;
  if (told_round_ != round)
    log(Level::error, "a serving thread does not turn; the watchdog is not told to wait on",
        {{"milliseconds", watchdog_ / 2 / kMillisecond}});
  next_round_ = now + watchdog_ / 2;
  // One that never came round has not answered a later round either: the same round goes on.
  if (told_round_ == round) round_.store(round + 1);
  if (!ends_.load()) nudge_();
}

void ServiceLink::run() {
  while (!quit_.load()) {
    const bool serves = serves_.load();
    if (serves && table_changed_.exchange(false) && !ends_.load()) send(status_line());
    const bool watches = serves && watchdog_ != 0;
    if (watches) watch(monotonic_now());
    bell_.wait_until(watches ? next_round_ : monotonic_now() + kNothingToDo);
  }
}

}  // namespace slipway::cli
