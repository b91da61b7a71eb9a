// Lets a new process take this host over: the old one's side of cli/takeover.hpp, on a thread of its own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/bell.hpp"
#include "base/packet_socket.hpp"
#include "cli/takeover.hpp"

namespace slipway::cli {

// What a take-over does to the host; called by the listener's thread.
class HandOver {
 public:
  virtual ~HandOver() = default;

  // Lets everything go that only one host can have. The error: it goes on as before.
  virtual Result<Handed> let_go(Nanoseconds deadline) = 0;
  // The new one has failed: goes on as if nothing had happened.
  virtual void take_back() = 0;
  // The new one serves: accepts nothing more. `own_manager`: it is none of this host's service.
  virtual void retire(pid_t successor, bool own_manager) = 0;
};

class TakeoverListener {
 public:
  // `retired` is called when the new host has been told to go on alone.
  static Result<std::unique_ptr<TakeoverListener>> start(const std::string& path, HandOver& host,
                                                         std::function<void()> retired);
  ~TakeoverListener() { stop(); }

  // What is under way ends. True: another process has this host's sockets, and is left to go on with them.
  bool stop();
  TakeoverListener(const TakeoverListener&) = delete;
  TakeoverListener& operator=(const TakeoverListener&) = delete;

 private:
  TakeoverListener(PacketListener listener, HandOver& host, std::function<void()> retired, Bell bell);
  void run();
  bool hand_over(PacketListener::Accepted& peer);
  Status prepare(PacketListener::Accepted& peer, bool& own_manager);

  PacketListener listener_;
  HandOver& host_;
  const std::function<void()> retired_;
  const Bell bell_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> handed_{false};  // another process has the sockets
  std::thread thread_;
};

}  // namespace slipway::cli
