// One connection: reads requests, has them handled, writes the answers. A coroutine reads straight down;
// whatever it waits for (the socket, a completed answer, a deadline, the end of the server) comes as an
// event.
#pragma once

#include <coroutine>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/connection_slots.hpp"
#include "http/coroutine.hpp"
#include "http/deadline_heap.hpp"
#include "http/event_loop.hpp"
#include "http/exchange.hpp"
#include "http/request_parser.hpp"
#include "http/tls.hpp"

namespace slipway::http {

class ServingThread;

class Session final : public DeadlineEntry, public Watcher {
 public:
  // `tls`: null for a plain connection. May throw std::bad_alloc or std::system_error.
  Session(ServingThread& thread, UniqueFd connection, std::unique_ptr<TlsStream> tls, std::string peer,
          ConnectionSlot slot);
  Session(const Session&) = delete;

  using Taken = ConnectionSlots::Taken;
  void start(Taken taken) noexcept;  // without a slot: answers 503 or 429 and ends

  // Events. The session may be over when they return, but it still exists.
  void on_completed() noexcept { signal(kCompleted); }
  void on_deadline() noexcept { signal(kDeadline); }
  void on_tick(Nanoseconds now) noexcept;
  void on_drain(Nanoseconds idle_until) noexcept;
  void on_force() noexcept { signal(kForce); }

  // Between two requests, or before the first; and has a place to give up.
  bool is_idle() const { return waits_for_ == Stage::idle && slot_.held() && !finished_; }
  Nanoseconds quiet_since() const { return received_at_; }
  bool evict() noexcept;  // closes the connection if it is idle, and if not even a first byte has come

  bool finished() const { return finished_ && !descriptor_.waiting(); }

 private:
  enum Event : unsigned {
    kReadable = 1,
    kWritable = 2,
    kCompleted = 4,
    kDeadline = 8,
    kTimeout = 16,
    kForce = 32
  };
  enum class Stage : std::uint8_t {
    none,
    idle,
    head,
    body
  };  // what the session waits for the client to send
  enum class Received : std::uint8_t { bytes, nothing, closed };
  enum class Sent : std::uint8_t { all, some, failed };

  struct Until {
    Session& session;
    unsigned events;
    bool await_ready() const noexcept { return (session.happened_ & events) != 0; }
    void await_suspend(std::coroutine_handle<> waiter) const noexcept;
    void await_resume() const noexcept {}
  };

  void on_ready(Ready what) noexcept override;
  void signal(unsigned events) noexcept;
  Until until(unsigned events) { return {*this, events}; }
  bool happened(unsigned events) const { return (happened_ & events) != 0; }

  Life live(Taken taken);
  Step shake_hands();
  Step serve();
  Step receive_request();
  Step receive_more(Stage stage);
  Step settle_deferred();
  Step flush();
  Step give_turn();
  Step writable();
  Step linger();
  void end(Taken taken) noexcept;

  void handle();
  void begin_request();
  void refuse_connection(Taken taken);
  void begin_stage(Stage stage);
  void watch_rate(Nanoseconds now);
  bool timed_out(Stage stage);
  bool ask_for_body();
  bool parse(RequestParser::Progress& progress);  // false: it is refused
  bool count_body(bool waits);                    // false: it is refused
  void refuse_for_memory();
  void refuse(int status, std::string_view detail);
  bool queue_answer();  // false: it is the connection's last
  bool ends_here();
  void wait_at_most(Nanoseconds time) noexcept;
  void name_request();
  void release_memory();
  Received receive() noexcept;
  bool take_in(std::string_view bytes) noexcept;
  bool read_ahead() noexcept;
  void keep_input();
  void wait_readable() noexcept;
  Sent send() noexcept;
  ssize_t receive_decrypted(char* to, std::size_t room) noexcept;
  ssize_t send_encrypted(std::string_view bytes) noexcept;
  bool has_output() const { return !out_.empty(); }

  ServingThread& thread_;
  Descriptor descriptor_;
  std::unique_ptr<TlsStream> tls_;  // null: plain
  // With TLS either may need the other direction.
  Ready receive_waits_for_ = Ready::read;
  Ready send_waits_for_ = Ready::write;
  std::string peer_;
  ConnectionSlot slot_;
  Exchange exchange_;
  RequestParser parser_;

  std::coroutine_handle<> waiter_;
  unsigned wanted_ = 0;
  unsigned happened_ = 0;
  Nanoseconds timeout_at_ = 0;  // 0: none
  Stage waits_for_ = Stage::none;
  Nanoseconds idle_since_ = 0;
  Nanoseconds received_at_ = monotonic_now();  // bytes; or the connection itself
  Nanoseconds window_ends_ = 0;                // in which a body's rate is looked at
  std::size_t window_bytes_ = 0;               // that have come in it
  std::size_t served_in_turn_ = 0;  // requests, since the thread could look at its other connections

  std::string_view input_;  // received and not parsed yet: in the thread's receive buffer, or in kept_input_
  std::string
      kept_input_;   // it must be here whenever the coroutine waits, as the receive buffer is everybody's
  std::string out_;  // heads, and bodies of all answers but the last
  std::string_view tail_;  // the last answer's body, where it lies
  std::size_t sent_ = 0;   // of both
  std::size_t gathered_ = 0;

  unsigned read_at_once_ = 0;   // parts of a body, since the thread could look at its other connections
  bool filled_buffer_ = false;  // what was received last
  bool body_began_ = false;     // some of it came with the head
  bool closing_ = false;        // the answer in out_ is the last
  bool too_slow_ = false;       // its body's rate
  bool evicted_ = false;
  bool gone_ = false;  // nobody reads an answer any more, or the server does not wait for it
  bool holds_memory_ = false;
  bool finished_ = false;
};

}  // namespace slipway::http
