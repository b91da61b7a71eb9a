#include "load.hpp"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <exception>
#include <optional>
#include <stdexcept>

#include "answer.hpp"
#include "model.hpp"

namespace storm {
namespace {

constexpr int kEvents = 64;

std::uint64_t next_random(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

}  // namespace

struct Load::Client {
  Client(const Address& address, Target aim) : connection(address), target(aim) {}

  Connection connection;
  Target target;
  std::string request{};  // with six digits to be overwritten
  std::uint64_t x = 0;
  Clock::time_point due{};
  std::size_t floor = 0;  // the oldest release that may answer
  bool waits = false;
};

// Arrivals at random, as from many independent clients, at a given mean rate; they wait in line here where
// all connections are busy, and their latency counts from when they were due.
struct Load::Schedule {
  Schedule(const LoadPlan& plan, std::uint64_t seed)
      : mean_ns(1e9 / plan.rate),
        next(plan.begin),
        end(plan.begin + plan.window * plan.windows),
        random(seed) {}

  void advance() {
    const double part = (static_cast<double>(next_random(random) >> 11) + 1) / 9007199254740993.0;
    next += std::chrono::nanoseconds(static_cast<std::int64_t>(-std::log(part) * mean_ns));
    target = static_cast<Target>(next_random(random) >> 63);
  }

  double mean_ns;
  Clock::time_point next;
  Clock::time_point end;
  Target target = kSwapped;
  std::uint64_t random;
  std::array<std::deque<Clock::time_point>, kTargets> line;
};

Load::Load(const LoadPlan& plan, const Releases& releases) : plan_(plan), releases_(releases) {
  clients_.reserve(plan.connections[kSwapped] + plan.connections[kNeighbour]);
  for (unsigned target = 0; target < kTargets; ++target) {
    latencies_[target].resize(plan.windows);
    for (unsigned i = 0; i < plan.connections[target]; ++i) {
      Client& client = clients_.emplace_back(plan.address, static_cast<Target>(target));
      client.request = post(kPaths[target], R"({"x":000000})");
      idle_[target].push_back(&client);
    }
  }
  thread_ = std::thread(&Load::run, this);
}

Load::~Load() {
  stop();
}

void Load::stop() {
  stopping_.store(true);
  if (thread_.joinable()) thread_.join();
}

void Load::fault(std::atomic<std::uint64_t>& kind, const std::string& what) {
  kind.fetch_add(1, std::memory_order_relaxed);
  if (first_fault_.empty()) first_fault_ = what;
}

void Load::ask(Client& client, Clock::time_point due) {
  client.x = 100'000 + next_random(random_) % 900'000;
  std::to_chars(client.request.data() + client.request.size() - 7,
                client.request.data() + client.request.size() - 1, client.x);
  client.due = due;
  if (client.target == kSwapped) client.floor = std::max(client.floor, releases_.acknowledged());
  client.waits = true;
  ++busy_;
  client.connection.send(client.request);
}

void Load::check(Client& client, const Answer& answer) {
  const auto say = [&](const char* what) {
    return std::string(what) + ": " + std::to_string(answer.status) + " of version " +
           std::string(answer.version) + " to x=" + std::to_string(client.x) + ": " +
           std::string(answer.body.substr(0, 200));
  };
  if (answer.status != 200) return fault(faults_.failed, say("failed"));
  const std::optional<std::uint32_t> version = version_number(answer.version);
  const bool neighbour = client.target == kNeighbour;
  if (!version || (neighbour && *version != kNeighbourVersion))
    return fault(faults_.wrong, say("unknown version"));
  char expected[100];
  const int size = std::snprintf(expected, sizeof expected, R"({"version":"1.0.%u","answer":%llu})", *version,
                                 static_cast<unsigned long long>(storm::answer(*version, client.x)));
  if (answer.body != std::string_view(expected, static_cast<std::size_t>(size)))
    return fault(faults_.wrong, say("wrong"));
  if (neighbour) return;
  const std::optional<std::size_t> release = releases_.find(*version, client.floor);
  if (!release)
    return fault(faults_.stale,
                 say("stale") + "; release " + std::to_string(client.floor) + " was seen before");
  client.floor = *release;
}

void Load::take_answer(Client& client) {
  Answer answer;
  if (!client.connection.receive_now(answer)) return;
  const Clock::time_point now = Clock::now();
  check(client, answer);
  client.waits = false;
  --busy_;
  answers_.store(answers_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (schedule_ == nullptr) {
    if (!stopping_.load(std::memory_order_relaxed)) ask(client, now);
    return;
  }
  const auto window = static_cast<std::size_t>((client.due - plan_.begin) / plan_.window);
  latencies_[client.target][std::min<std::size_t>(window, plan_.windows - 1)].push_back(
      std::chrono::duration<float, std::micro>(now - client.due).count());
  std::deque<Clock::time_point>& line = schedule_->line[client.target];
  if (line.empty()) {
    idle_[client.target].push_back(&client);
  } else {
    const Clock::time_point due = line.front();
    line.pop_front();
    ask(client, due);
  }
}

// Sends what is due.
void Load::dispatch(Schedule& schedule, Clock::time_point now) {
  for (; schedule.next <= now && schedule.next < schedule.end; schedule.advance()) {
    std::vector<Client*>& idle = idle_[schedule.target];
    if (idle.empty()) {
      schedule.line[schedule.target].push_back(schedule.next);
      continue;
    }
    Client& client = *idle.back();
    idle.pop_back();
    ask(client, schedule.next);
  }
}

void Load::run() noexcept {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // the schedule is kept to the microsecond
  if (plan_.rate > 0) {
    const sched_param first{1};
    goes_first_.store(::sched_setscheduler(0, SCHED_FIFO, &first) == 0);
  }
  const int poll = ::epoll_create1(EPOLL_CLOEXEC);
  std::optional<Schedule> schedule;
  if (plan_.rate > 0) schedule_ = &schedule.emplace(plan_, random_ * 3);
  for (Client& client : clients_) {
    epoll_event event{EPOLLIN, {&client}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, client.connection.descriptor(), &event);
    if (schedule_ == nullptr) ask(client, Clock::now());
  }
  std::array<epoll_event, kEvents> events;
  while (busy_ > 0 || (schedule_ != nullptr && schedule_->next < schedule_->end && !stopping_)) {
    timespec wait{0, 100'000'000};
    if (schedule_ != nullptr) {
      const Clock::time_point now = Clock::now();
      dispatch(*schedule_, now);
      const auto left = std::chrono::nanoseconds(schedule_->next - now).count();
      wait.tv_nsec = std::clamp<long>(left, 0, 100'000'000);
    }
    const int ready = ::epoll_pwait2(poll, events.data(), kEvents, &wait, nullptr);
    for (int i = 0; i < ready; ++i) {
      Client& client = *static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr);
      try {
        take_answer(client);
      } catch (const std::exception& failure) {
        fault(faults_.failed, failure.what());
        ::epoll_ctl(poll, EPOLL_CTL_DEL, client.connection.descriptor(), nullptr);
        if (client.waits) --busy_;
        client.waits = false;
      }
    }
  }
  ::close(poll);
}

}  // namespace storm
