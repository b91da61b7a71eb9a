// The load: one thread that keeps many connections busy, as fast as the host answers or on a schedule that
// does not wait for it, and checks every answer. On a schedule it goes before all other threads where it may
// (SCHED_FIFO, which takes privileges): it stands for clients that have cores of their own.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "connection.hpp"
#include "releases.hpp"

namespace storm {

using Clock = std::chrono::steady_clock;

enum Target : unsigned { kSwapped, kNeighbour };
constexpr unsigned kTargets = 2;

struct LoadPlan {
  Address address;
  std::array<unsigned, kTargets> connections{};
  double rate = 0;  // requests a second over both models; 0: each connection asks again once it is answered
  // Of a schedule: latencies are kept apart by the window in which a request was due.
  Clock::time_point begin{};
  Clock::duration window{};
  unsigned windows = 0;
};

struct Faults {
  std::atomic<std::uint64_t> failed{0};  // no answer, or not 200
  std::atomic<std::uint64_t> stale{0};   // of a version older than one seen or acknowledged before
  std::atomic<std::uint64_t> wrong{0};   // not what the version that it claims to be of answers
};

class Load {
 public:
  Load(const LoadPlan& plan, const Releases& releases);
  ~Load();  // as stop()
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop();  // what was asked is answered first

  std::uint64_t answers() const { return answers_.load(std::memory_order_relaxed); }
  const Faults& faults() const { return faults_; }
  const std::string& first_fault() const { return first_fault_; }  // after stop()
  bool goes_first() const { return goes_first_.load(); }           // after stop()
  // After stop(): of one window, in microseconds from when each request was due.
  std::vector<float>& latencies(Target target, unsigned window) { return latencies_[target][window]; }

 private:
  struct Client;
  struct Schedule;

  void run() noexcept;
  void ask(Client& client, Clock::time_point due);
  void take_answer(Client& client);
  void check(Client& client, const Answer& answer);
  void fault(std::atomic<std::uint64_t>& kind, const std::string& what);
  void dispatch(Schedule& schedule, Clock::time_point now);

  const LoadPlan plan_;
  const Releases& releases_;
  std::vector<Client> clients_;
  std::array<std::vector<std::vector<float>>, kTargets> latencies_;
  Faults faults_;
  std::string first_fault_;
  std::uint64_t random_ = 88172645463325252u;
  unsigned busy_ = 0;
  std::atomic<std::uint64_t> answers_{0};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> goes_first_{false};
  std::array<std::vector<Client*>, kTargets> idle_;
  Schedule* schedule_ = nullptr;
  std::thread thread_;
};

}  // namespace storm
