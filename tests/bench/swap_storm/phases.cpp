#include "phases.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "model.hpp"
#include "statistics.hpp"

namespace storm {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds kWindow = 2s;
constexpr auto kBeforeFirstSwap = 50ms;
constexpr auto kBetweenAnswers = 200us;

double milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// A client that asks every now and then, so that it takes no core away, and sees when the answers begin to be
// of another version.
class Prober {
 public:
  explicit Prober(const Address& data) : connection_(data), thread_(&Prober::run, this) {}
  ~Prober() {
    stopping_.store(true);
    thread_.join();
  }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  void await(std::uint32_t version) {
    seen_.store(0);
    awaited_.store(version);
  }
  // When the first answer of that version had come.
  Clock::time_point first_answer() const {
    while (seen_.load() == 0 && !failed_.load()) std::this_thread::sleep_for(100us);
    if (failed_.load()) throw std::runtime_error("a request failed while the first answer was waited for");
    return Clock::time_point(Clock::duration(seen_.load()));
  }

 private:
  void run() noexcept {
    ::prctl(PR_SET_TIMERSLACK, 1UL);
    const std::string request = post(kPaths[kSwapped], R"({"x":123456})");
    try {
      while (!stopping_.load()) {
        connection_.send(request);
        const Answer answer = connection_.receive();
        if (answer.status != 200) failed_.store(true);
        if (version_number(answer.version) == awaited_.load() && seen_.load() == 0)
          seen_.store(Clock::now().time_since_epoch().count());
        std::this_thread::sleep_for(kBetweenAnswers);
      }
    } catch (const std::exception&) {
      failed_.store(true);
    }
  }

  Connection connection_;
  std::atomic<std::uint32_t> awaited_{~0u};
  std::atomic<Clock::rep> seen_{1};
  std::atomic<bool> failed_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace

void FaultCounts::add(Load& stopped) {
  answers += stopped.answers();
  failed += stopped.faults().failed;
  stale += stopped.faults().stale;
  wrong += stopped.faults().wrong;
  if (first.empty()) first = stopped.first_fault();
}

Phases::Phases(const Options& options, const Address& data, const std::string& control_socket)
    : options_(options),
      data_(data),
      operator_(control_socket),
      host_(operator_.host_process()),
      releases_(1 + options.swaps + options.windows * options.swap_rate * 2 + options.repetitions * 3 + 10) {}

void Phases::publish(const std::filesystem::path& scratch, const std::filesystem::path& plugins) {
  for (std::uint32_t version = 0; version < options_.versions; ++version)
    operator_.publish(make_bundle(scratch, plugins, kModel, version));
  operator_.publish(make_bundle(scratch, plugins, kNeighbourModel, kNeighbourVersion));
  operator_.release(kNeighbourModel, version_text(kNeighbourVersion));
  swap();
}

void Phases::release(std::uint32_t version, const Operator::Step& step) {
  releases_.begin(version);
  operator_.release(kModel, version_text(version), step);
  releases_.acknowledge();
}

void Phases::roll_back_to(std::uint32_t version) {
  releases_.begin(version);
  operator_.rollback(kModel);
  releases_.acknowledge();
}

// To the next version, which is not in memory: all but the last two have been unloaded.
void Phases::swap() {
  release(next_);
  next_ = (next_ + 1) % options_.versions;
}

LoadPlan Phases::plan() const {
  LoadPlan plan;
  plan.address = data_;
  plan.connections[kNeighbour] = std::max(1u, options_.connections / 4);
  plan.connections[kSwapped] = std::max(2u, options_.connections) - plan.connections[kNeighbour];
  return plan;
}

double Phases::capacity_under(const Load& load) const {
  std::this_thread::sleep_for(500ms);
  std::vector<double> rates;
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t before = load.answers();
    const Clock::time_point begin = Clock::now();
    std::this_thread::sleep_for(500ms);
    rates.push_back(static_cast<double>(load.answers() - before) /
                    std::chrono::duration<double>(Clock::now() - begin).count());
  }
  return median(rates);
}

StormResult Phases::storm() {
  StormResult result;
  Load load(plan(), releases_);
  result.capacity = capacity_under(load);
  const Metrics before(data_);
  const std::uint64_t answers = load.answers();
  Clock::time_point begin = Clock::now();
  for (unsigned i = 1; i <= options_.swaps; ++i) {
    swap();
    if (i == kEarly) result.early = quiet_memory(host_, data_);
    if (i % 500 == 0) std::fprintf(stderr, "swap-storm: %u swaps\n", i);
  }
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  result.under_swaps = static_cast<double>(load.answers() - answers) / result.seconds;
  result.late = quiet_memory(host_, data_);
  const Metrics after(data_);
  for (const auto& [name, histogram] : {std::pair("slipway_table_publish_seconds", &result.table_publish),
                                        std::pair("slipway_table_refresh_seconds", &result.table_refresh)})
    *histogram = after.histogram(name).since(before.histogram(name));
  result.pinned = after.value("slipway_pinned_libraries");
  load.stop();
  result.faults.add(load);
  return result;
}

LatencyResult Phases::latency(double capacity) {
  LatencyResult result;
  LoadPlan schedule = plan();
  // Half of the requests are for the neighbour here: as many connections as its share would not do.
  schedule.connections.fill(std::max(2u, options_.connections));
  schedule.rate = result.rate = options_.load * capacity;
  schedule.begin = Clock::now() + 500ms;
  schedule.window = kWindow;
  schedule.windows = 2 * options_.windows + 1;
  Load load(schedule, releases_);
  const unsigned swaps = static_cast<unsigned>(kWindow / 1s) * options_.swap_rate;
  for (unsigned window = 1; window < schedule.windows; window += 2)
    for (unsigned i = 0; i < swaps; ++i) {
      const Clock::time_point due =
          schedule.begin + window * kWindow + kBeforeFirstSwap + i * kWindow / swaps;
      if (Clock::now() > due + kWindow / swaps) continue;  // the one before took too long; the count tells
      std::this_thread::sleep_until(due);
      swap();
      ++result.swaps;
    }
  std::this_thread::sleep_until(schedule.begin + schedule.windows * kWindow);
  load.stop();
  result.faults.add(load);
  result.load_goes_first = load.goes_first();
  for (const Target target : {kSwapped, kNeighbour})
    for (unsigned window = 0; window < schedule.windows; ++window) {
      result.p50[target].push_back(quantile_of(load.latencies(target, window), 0.5));
      result.p99[target].push_back(quantile_of(load.latencies(target, window), 0.99));
    }
  return result;
}

MomentsResult Phases::moments() {
  MomentsResult result;
  Prober prober(data_);
  for (unsigned i = 0; i < options_.repetitions; ++i) {
    const std::uint32_t version = next_;
    std::optional<Clock::time_point> probed;
    prober.await(version);
    const Clock::time_point begin = Clock::now();
    release(version, [&](std::string_view step) {
      if (step == "verified") probed = Clock::now();
    });
    next_ = (next_ + 1) % options_.versions;
    const Clock::time_point first = prober.first_answer();
    result.release.push_back(milliseconds(first - begin));
    if (!probed) continue;
    result.probe.push_back(milliseconds(*probed - begin));
    result.load.push_back(milliseconds(first - *probed));
  }
  const std::uint32_t before = (next_ + options_.versions - 1) % options_.versions;
  for (unsigned i = 0; i < options_.repetitions; ++i) {
    release(next_);
    prober.await(before);
    const Clock::time_point begin = Clock::now();
    roll_back_to(before);
    result.rollback.push_back(milliseconds(prober.first_answer() - begin));
  }
  return result;
}

}  // namespace storm
