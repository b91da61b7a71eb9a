// What is measured, one phase after another on one host.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "host.hpp"
#include "load.hpp"
#include "releases.hpp"

namespace storm {

struct Options {
  unsigned versions = 64;
  unsigned swaps = 10'000;
  unsigned connections = 32;  // a quarter of them to the neighbour
  unsigned windows = 30;      // with swaps, and as many and one without
  unsigned swap_rate = 10;    // a second, in these windows
  double load = 0.4;          // of capacity
  unsigned repetitions = 50;  // of a rollback, and of a load
};

struct FaultCounts {
  std::uint64_t answers = 0, failed = 0, stale = 0, wrong = 0;
  std::string first;

  void add(Load& stopped);
  bool none() const { return failed + stale + wrong == 0; }
};

struct StormResult {
  double seconds = 0;
  double capacity = 0;  // answers a second without swaps
  double under_swaps = 0;
  FaultCounts faults;
  Memory early, late;  // after kEarly swaps, and after all
  Metrics::Histogram table_publish, table_refresh;
  double pinned = 0;
};
constexpr unsigned kEarly = 100;

struct LatencyResult {
  double rate = 0;
  unsigned swaps = 0;
  bool load_goes_first = false;
  FaultCounts faults;
  std::vector<double> p50[kTargets], p99[kTargets];  // by window: without swaps, with, without, ...
};

struct MomentsResult {  // milliseconds
  std::vector<double> rollback, release, probe, load;
};

// One thread. Throws what the host refuses.
class Phases {
 public:
  Phases(const Options& options, const Address& data, const std::string& control_socket);

  void publish(const std::filesystem::path& scratch, const std::filesystem::path& plugins);
  StormResult storm();
  LatencyResult latency(double capacity);
  MomentsResult moments();

 private:
  LoadPlan plan() const;
  double capacity_under(const Load& load) const;
  void swap();
  void release(std::uint32_t version, const Operator::Step& step = {});
  void roll_back_to(std::uint32_t version);

  const Options options_;
  const Address data_;
  Operator operator_;
  const pid_t host_;
  Releases releases_;
  std::uint32_t next_ = 0;
};

}  // namespace storm
