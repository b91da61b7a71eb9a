// What the host offers a plugin through slw_host: its log, its metrics, its clock.
#pragma once

#include <slipway/plugin.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace slipway::model {

// One for each version. Lives as long as the plugin's model does; its address must not change.
class HostServices {
 public:
  HostServices(std::string model, std::string version);
  HostServices(const HostServices&) = delete;
  HostServices& operator=(const HostServices&) = delete;

  const slw_host* table() const { return &table_.abi; }

  static constexpr std::size_t kMostMetrics = 64;

  // The metrics that the model has named, as samples of Prometheus.
  struct Sample {
    std::string name;  // with the host's prefix
    std::string help;
    std::int32_t kind;
    double value;         // counter, gauge; the sum of a histogram
    std::uint64_t count;  // histogram
  };
  std::vector<Sample> samples() const;  // [any]

  // ---- a model in another process: what it says there is said here

  // In that process: lines go to `sink` instead of the log. Before the model is created; any thread calls it.
  using LogSink =
      std::function<void(telemetry::Level level, std::string_view message, std::string_view request_id)>;
  void set_log(LogSink sink) { log_sink_ = std::move(sink); }
  // Here: a line of the model's; `request_id` may be empty.  [any]
  void log(telemetry::Level level, std::string_view message, std::string_view request_id) const;
  // Here: what a metric has gained there since it was last told of; of a gauge, its value. `name` without the
  // host's prefix.  [any]
  void merge(std::int32_t kind, std::string_view name, std::string_view help, double value,
             std::uint64_t count);

  static constexpr std::string_view kPrefix = "slipway_model_";  // of every metric's name

 private:
  struct Metric {
    std::string name;
    std::string help;
    std::int32_t kind = 0;
    std::atomic<double> value{0};
    std::atomic<std::uint64_t> count{0};
  };
  struct Table {
    slw_host abi;  // first: the plugin's pointer is this object's
    HostServices* self;
  };

  static HostServices& self(const slw_host* host);
  static void log(const slw_host* host, const slw_call* call, std::int32_t level, slw_string message);
  static std::uint32_t metric(const slw_host* host, std::int32_t kind, slw_string name, slw_string help);
  static void record(const slw_host* host, std::uint32_t metric, double value);
  static std::int64_t now(const slw_host* host);
  static const void* extension(const slw_host* host, const char* id);

  std::uint32_t find_or_add(std::int32_t kind, std::string_view name, std::string_view help);

  Table table_;
  std::string model_;
  std::string version_;
  LogSink log_sink_;
  mutable std::mutex names_;      // held while a metric is named or read out, never while one is recorded
  Metric metrics_[kMostMetrics];  // [0, count_) are in use and never move
  std::atomic<std::uint32_t> count_{0};
};

}  // namespace slipway::model
