// Keeps the service manager informed: what state the host is in, how many models it serves, and, where it
// watches, that every thread that serves still turns.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/bell.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/service_manager.hpp"
#include "model/routing_table.hpp"

namespace slipway::cli {

// A thread of its own. The watchdog is told to wait on only when each serving thread has answered a nudge
// that was sent since the time before: one that hangs, in a model that runs inline say, is what it is there
// to find.
class ServiceLink {
 public:
  // `watchdog`: how long the manager waits for a sign of life; 0: it does not watch.
  static Result<std::unique_ptr<ServiceLink>> start(std::string notify_socket, Nanoseconds watchdog,
                                                    unsigned threads, const model::RoutingTableOwner& tables);
  ~ServiceLink() { stop(); }
  ServiceLink(const ServiceLink&) = delete;
  ServiceLink& operator=(const ServiceLink&) = delete;

  // The host serves. `nudge` makes each serving thread call answer_nudge() soon.  [control]
  void ready(std::function<void()> nudge);
  void reloading();  // until the next ready()  [control]
  void stopping();   // the threads are not asked any more: they end  [control]
  void ready_again();
  // Another process goes on in this one's place, which says nothing more. `successor`: that process, if it is
  // one of the same service; else 0.
  void hand_over(pid_t successor);

  void stop();  // ends the thread; nudge is not called from then on  [control]

  void answer_nudge(unsigned thread) noexcept;  // [its serving thread]
  void table_changed() noexcept;                // [any]

  const std::string& notify_socket() const { return notifier_.socket(); }
  Nanoseconds watchdog() const { return watchdog_; }

 private:
  ServiceLink(std::string notify_socket, Nanoseconds watchdog, unsigned threads,
              const model::RoutingTableOwner& tables, Bell bell);
  void run();
  void send(const std::string& assignments);
  std::string status_line() const;
  void watch(Nanoseconds now);
  bool all_have_answered() const;

  const ServiceNotifier notifier_;
  const Nanoseconds watchdog_;
  const model::RoutingTableOwner& tables_;
  const Bell bell_;
  std::vector<std::atomic<std::uint64_t>> answered_;  // by thread: the round it has answered
  std::atomic<std::uint64_t> round_{0};
  std::atomic<bool> table_changed_{false};
  std::atomic<bool> serves_{false};
  std::atomic<bool> ends_{false};    // the threads that serve do
  std::atomic<bool> silent_{false};  // another process speaks for the service
  std::atomic<bool> quit_{false};
  std::atomic<bool> refused_{false};  // a notification was, and it is in the log
  std::function<void()> nudge_;       // set before serves_
  Nanoseconds next_round_ = 0;        // the thread's own, as what follows
  std::uint64_t told_round_ = 0;      // the last one that the watchdog was told of
  std::thread thread_;
};

}  // namespace slipway::cli
