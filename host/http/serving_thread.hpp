// One thread of a server with everything it needs: event loop, listening sockets, connections, buffers.
// Sessions reach it by reference; all but what says so is for its own thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/accepted.hpp"
#include "http/connection_slots.hpp"
#include "http/deadline_heap.hpp"
#include "http/event_loop.hpp"
#include "http/listen_socket.hpp"
#include "http/request_id.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"
#include "http/session.hpp"
#include "http/wake_queue.hpp"

namespace slipway::http {

// Written by one thread, read by any.
class Counter {
 public:
  void add() noexcept { value_.store(value_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct ThreadCounters {
  Counter connections, closed, refused, evicted, requests, protocol_errors, timeouts, bodies_refused,
      disconnects, accept_failures, handshake_failures;
};

// What the threads of one server share.
struct ServerShared {
  ServerShared(Handler& handles, const ServerOptions& chosen)
      : handler(handles),
        options(chosen),
        slots(chosen.limits.max_connections, chosen.limits.of_client()),
        bodies(chosen.limits.all_bodies()) {}

  Handler& handler;
  const ServerOptions options;
  ConnectionSlots slots;
  BodyBudget bodies;
  // A thread had to refuse a connection and has no idle one of its own to close: the others look for one.
  std::atomic<bool> wants_room{false};
};

class ServingThread final : public Watcher {
 public:
  struct Listening {
    UniqueFd socket;
    bool lives_on = false;  // in another process, to which its queue is left
  };
  // May throw std::bad_alloc or std::system_error.
  ServingThread(ServerShared& shared, unsigned index, std::vector<Listening> listening,
                std::shared_ptr<WakeQueue> wakes);
  ~ServingThread();

  void run() noexcept;

  // [any thread] `handed_over`: all that it listens on lives on.
  void drain(Nanoseconds deadline, bool handed_over) noexcept;
  void nudge() noexcept;                    // [any thread]
  void take(Accepted connection) noexcept;  // [any thread] Before drain().
  const ThreadCounters& counters() const { return counters_; }

  // For sessions.
  unsigned index() const { return index_; }
  EventLoop& loop() { return loop_; }
  Handler& handler() { return shared_.handler; }
  const Limits& limits() const { return shared_.options.limits; }
  BodyBudget& bodies() { return shared_.bodies; }
  ThreadCounters& counters() { return counters_; }
  RequestIds& request_ids() { return request_ids_; }
  DateLine& date_line() { return date_line_; }
  std::array<char, 64 * 1024>& receive_buffer() { return *receive_buffer_; }
  const std::shared_ptr<WakeQueue>& wakes() const { return wakes_; }
  Nanoseconds coarse_now() const { return coarse_now_; }  // a tick late at most, while the loop turns
  bool draining() const { return draining_; }
  Nanoseconds idle_until() const;  // for connections that wait for a request from now on
  void watch_deadline(Session& session, Nanoseconds deadline) noexcept;
  void forget_deadline(Session& session) noexcept { deadlines_.remove(session); }
  void on_session_end(bool was_refused) noexcept;

 private:
  struct Listener;

  void on_ready(Ready what) noexcept override;
  void take_wakes() noexcept;
  void take_connections() noexcept;
  void accept_from(Listener& listener) noexcept;
  void admit(UniqueFd connection, Peer peer);
  ConnectionSlots::Taken take_slot(ClientKey client, ConnectionSlot& slot);
  bool evict_idle();
  void find_evictable();
  void make_room() noexcept;
  void pause(Listener& listener) noexcept;
  void tick() noexcept;
  void schedule_tick() noexcept;
  void meet_deadlines() noexcept;
  void begin_drain(Nanoseconds now) noexcept;
  void continue_drain(Nanoseconds now) noexcept;
  void reap() noexcept;
  bool has_open_listener() const;

  ServerShared& shared_;
  unsigned index_;
  std::shared_ptr<WakeQueue> wakes_;
  EventLoop loop_;
  ThreadCounters counters_;
  RequestIds request_ids_;
  DateLine date_line_;
  std::unique_ptr<std::array<char, 64 * 1024>> receive_buffer_;

  std::unique_ptr<Descriptor> wake_descriptor_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::size_t open_sessions_ = 0;
  std::size_t refusing_ = 0;         // sessions that only say 503 or 429
  std::vector<Session*> evictable_;  // the longest idle ones of a moment ago, the first to go last
  bool nobody_is_idle_ = false;      // as was found since the last tick

  DeadlineHeap deadlines_;
  Alarm deadline_alarm_;
  Nanoseconds deadline_alarm_at_ = 0;  // 0: not set

  Alarm tick_alarm_;
  bool tick_set_ = false;
  Nanoseconds coarse_now_;

  std::mutex dealt_mutex_;
  std::vector<Accepted> dealt_;  // by others, for this thread

  std::atomic<bool> nudged_{false};
  std::atomic<bool> handed_over_{false};
  std::atomic<Nanoseconds> drain_request_{0};
  bool draining_ = false;
  bool ended_ = false;  // nothing is waited for any more: run() returns
  Nanoseconds drain_began_ = 0;
  Nanoseconds listeners_close_at_ = 0;
};

}  // namespace slipway::http
