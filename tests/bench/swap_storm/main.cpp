// swap-storm: swaps versions of a small model in a running host as fast as its gates allow, under load, and
// prints what that costs. See docs/operator-guide.md.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>

#include "phases.hpp"
#include "statistics.hpp"

namespace {

using namespace storm;

struct Where {
  std::string slipway;
  std::string plugins;
  std::string control;
  std::string data;
  unsigned threads = 0;
};

bool all_met = true;

void row(const std::string& what, const std::string& measured, const std::string& target = "",
         bool met = true) {
  all_met = all_met && met;
  std::printf("| %s | %s | %s |\n", what.c_str(), measured.c_str(),
              (target.empty() ? "" : target + (met ? "" : ": MISSED")).c_str());
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char text[300];
  std::snprintf(text, sizeof text, pattern, values...);
  return text;
}

void print_faults(const char* when, const FaultCounts& faults) {
  row(format("%s: answers checked", when), std::to_string(faults.answers));
  for (const auto& [what, count] :
       {std::pair("failed requests", faults.failed), std::pair("stale answers", faults.stale),
        std::pair("wrong answers", faults.wrong)})
    row(format("%s: %s", when, what), std::to_string(count), "0", count == 0);
  if (!faults.none()) std::printf("|  | %s |  |\n", faults.first.c_str());
}

void print(const StormResult& result, unsigned swaps) {
  row("swaps at saturation", format("%u in %.0f s, %.1f/s", swaps, result.seconds, swaps / result.seconds));
  row("requests/s at saturation, without and with swaps",
      format("%.0f, %.0f", result.capacity, result.under_swaps));
  print_faults("at saturation", result.faults);
  const double at_most = 100 * result.table_publish.part_at_most(50e-6);
  row("building and storing a routing table, p50 / p99",
      format("%.1f / %.0f us (%.1f%% within 50 us)", 1e6 * result.table_publish.quantile(0.5),
             1e6 * result.table_publish.quantile(0.99), at_most),
      "p50 <= 50 us", at_most >= 50);
  if (result.table_refresh.count() > 0)
    row("from there to the last serving thread's first use, p50 / p99",
        format("%.0f / %.0f us", 1e6 * result.table_refresh.quantile(0.5),
               1e6 * result.table_refresh.quantile(0.99)));
  row("libraries that stayed in memory", format("%.0f", result.pinned), "0", result.pinned == 0);
  if (swaps < kEarly) return;
  const long more = result.late.resident_kib - result.early.resident_kib;
  const long mappings = result.late.mappings - result.early.mappings;
  row(format("resident set after %u and %u swaps", kEarly, swaps),
      format("%ld and %ld KiB (%+ld)", result.early.resident_kib, result.late.resident_kib, more),
      "+1024 KiB", more <= 1024);
  row(format("mappings after %u and %u swaps", kEarly, swaps),
      format("%ld and %ld (%+ld)", result.early.mappings, result.late.mappings, mappings), "+2",
      mappings <= 2);
}

void print(const LatencyResult& result, const Options& options) {
  row(format("open-loop load, %.0f%% of capacity", 100 * options.load),
      format("%.0f requests/s; %u swaps in %u windows of 2 s", result.rate, result.swaps, options.windows));
  row("open loop: the load goes before the host's threads",
      result.load_goes_first ? "yes" : "no: it may not, and its own delays count");
  print_faults("open loop", result.faults);
  const auto name = [](Target target) {
    return target == kSwapped ? "the model that is swapped" : "its neighbour";
  };
  for (const Target target : {kSwapped, kNeighbour}) {
    const Spread with = spread(ratios_to_neighbours(result.p99[target]));
    row(format("p99 of windows with swaps to those without, %s: median ratio (quartiles)", name(target)),
        format("%.2f (%.2f-%.2f)", with.middle, with.low, with.high), "<= 1.3", with.middle <= 1.3);
    const Spread same = spread(ratios_among_even(result.p99[target]));
    row(format("A/A: the same among windows without swaps, %s", name(target)),
        format("%.2f (%.2f-%.2f)", same.middle, same.low, same.high));
  }
  for (const Target target : {kSwapped, kNeighbour}) {
    std::vector<double> quiet50, quiet99, swapped50, swapped99;
    for (std::size_t i = 0; i < result.p99[target].size(); ++i) {
      (i % 2 == 0 ? quiet50 : swapped50).push_back(result.p50[target][i]);
      (i % 2 == 0 ? quiet99 : swapped99).push_back(result.p99[target][i]);
    }
    row(format("p50 / p99 without swaps, with swaps, %s", name(target)),
        format("%.0f / %.0f us, %.0f / %.0f us", median(quiet50), median(quiet99), median(swapped50),
               median(swapped99)));
  }
}

void print(const MomentsResult& result) {
  const auto times = [](const std::vector<double>& all) {
    return format("%.2f / %.2f ms", median(all), quantile(all, 0.95));
  };
  row("rollback to the warm version, command to first answer, p50 / p95", times(result.rollback),
      "p50 <= 5 ms", median(result.rollback) <= 5);
  row("plugin load to first answer (load, create, warm-up, golden cases, ledger, swap), p50 / p95",
      times(result.load), "p50 <= 5 ms", median(result.load) <= 5);
  row("before it, command to the end of the probe, p50 / p95", times(result.probe));
  row("both: release command to first answer, p50 / p95", times(result.release));
}

void print_load_average(const char* when) {
  double average[1] = {};
  ::getloadavg(average, 1);
  row(format("the machine's load average %s", when), format("%.1f", average[0]));
}

int run(const Options& options, const Where& where) {
  const Scratch scratch;
  std::unique_ptr<OwnHost> own;
  Address data;
  std::string control = where.control;
  if (control.empty()) {
    own = std::make_unique<OwnHost>(where.slipway, scratch.path(), where.threads);
    data = own->data();
    control = own->control_socket();
  } else {
    const std::size_t colon = where.data.rfind(':');
    if (colon == std::string::npos) throw std::runtime_error("--data is ADDRESS:PORT");
    data.host = where.data.substr(0, colon);
    data.port = static_cast<std::uint16_t>(std::strtoul(where.data.c_str() + colon + 1, nullptr, 10));
  }
  std::printf("| what | measured | target |\n| --- | --- | --- |\n");
  print_load_average("before");
  Phases phases(options, data, control);
  phases.publish(scratch.path() / "bundles", where.plugins);
  const StormResult storm = phases.storm();
  print(storm, options.swaps);
  std::fflush(stdout);
  bool clean = storm.faults.none();
  if (options.windows > 0) {
    const LatencyResult latency = phases.latency(std::max(storm.capacity, storm.under_swaps));
    print(latency, options);
    clean = clean && latency.faults.none();
  }
  std::fflush(stdout);
  if (options.repetitions > 0) print(phases.moments());
  print_load_average("after");
  if (own != nullptr)
    if (const int status = own->stop(); status != 0)
      throw std::runtime_error(format("the host ended with %d", status));
  std::printf("%s\n", all_met ? "every target is met" : "MISSED: see above");
  return clean ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** words) {
  CLI::App app{
      "Swaps versions of a small model in a host as fast as its gates allow, under load, and prints what "
      "that costs."};
  Options options;
  Where where;
  app.add_option("--slipway", where.slipway, "The host to start, with a store of its own");
  app.add_option("--plugins", where.plugins, "Where the versions' libraries were built")->required();
  app.add_option("--threads", where.threads, "Threads that serve, of the host that is started [its default]");
  app.add_option("--control", where.control,
                 "Instead of starting a host: the control socket of one that runs");
  app.add_option("--data", where.data, "and where it listens, ADDRESS:PORT");
  app.add_option("--versions", options.versions, "Versions to swap between [64]")->check(CLI::Range(3, 64));
  app.add_option("--swaps", options.swaps, "Swaps at saturation [10000]");
  app.add_option("--connections", options.connections, "Keep-alive connections [32]")
      ->check(CLI::Range(2, 1000));
  app.add_option("--windows", options.windows, "Windows with swaps whose latency is measured; 0: none [30]");
  app.add_option("--swap-rate", options.swap_rate, "Swaps a second in these windows [10]")
      ->check(CLI::Range(1, 100));
  app.add_option("--load", options.load, "Load in these windows, of what the host can serve [0.4]")
      ->check(CLI::Range(0.01, 1.0));
  app.add_option("--repetitions", options.repetitions, "Rollbacks and loads to time; 0: none [50]");
  CLI11_PARSE(app, count, words);
  try {
    return run(options, where);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "swap-storm: %s\n", failure.what());
    return EXIT_FAILURE;
  }
}
