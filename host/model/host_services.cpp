#include "model/host_services.hpp"

#include <algorithm>
#include <cmath>

#include "base/clock.hpp"
#include "telemetry/log.hpp"

namespace slipway::model {
namespace {

constexpr std::size_t kMostLogBytes = 8 * 1024;

std::string_view view(slw_string text) {
  return {text.data, text.size};
}

bool is_metric_name(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 100 && !(name[0] >= '0' && name[0] <= '9') &&
         std::all_of(name.begin(), name.end(), allowed);
}

void add(std::atomic<double>& sum, double amount) {
  double seen = sum.load(std::memory_order_relaxed);
  while (!sum.compare_exchange_weak(seen, seen + amount, std::memory_order_relaxed)) {
  }
}

}  // namespace

HostServices::HostServices(std::string model, std::string version)
    : table_{{sizeof(slw_host), SLW_ABI_MINOR, &log, &metric, &record, &now, &extension}, this},
      model_(std::move(model)),
      version_(std::move(version)) {}

HostServices& HostServices::self(const slw_host* host) {
  return *reinterpret_cast<const Table*>(host)->self;
}

void HostServices::log(const slw_host* host, const slw_call* call, std::int32_t level, slw_string message) {
  const HostServices& services = self(host);
  const auto bounded = static_cast<telemetry::Level>(std::clamp(level, 0, 3));
  const std::string_view text = view(message).substr(0, kMostLogBytes);
  const std::string_view request_id = call == nullptr ? std::string_view() : view(call->request_id);
  if (!services.log_sink_) return services.log(bounded, text, request_id);
  try {
    services.log_sink_(bounded, text, request_id);
  } catch (const std::bad_alloc&) {
    // A line that there is no memory for is lost.
  }
}

void HostServices::log(telemetry::Level level, std::string_view message, std::string_view request_id) const {
  if (request_id.empty())
    telemetry::log(level, message, {{"model", model_}, {"version", version_}});
  else
    telemetry::log(level, message, {{"model", model_}, {"version", version_}, {"request_id", request_id}});
}

std::uint32_t HostServices::find_or_add(std::int32_t kind, std::string_view name, std::string_view help) {
  if (!is_metric_name(name) || kind < SLW_METRIC_COUNTER || kind > SLW_METRIC_HISTOGRAM) return 0;
  const std::lock_guard lock(names_);
  const std::uint32_t count = count_.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < count; ++i)
    if (metrics_[i].name == name) return metrics_[i].kind == kind ? i + 1 : 0;
  if (count == kMostMetrics) return 0;
  metrics_[count].name = name;
  metrics_[count].help = help.substr(0, 200);
  std::replace(metrics_[count].help.begin(), metrics_[count].help.end(), '\n', ' ');
  metrics_[count].kind = kind;
  count_.store(count + 1, std::memory_order_release);
  return count + 1;
}

std::uint32_t HostServices::metric(const slw_host* host, std::int32_t kind, slw_string name,
                                   slw_string help) {
  try {
    return self(host).find_or_add(kind, view(name), view(help));
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

void HostServices::record(const slw_host* host, std::uint32_t number, double value) {
  HostServices& services = self(host);
  if (number == 0 || number > services.count_.load(std::memory_order_acquire) || !std::isfinite(value))
    return;
  Metric& metric = services.metrics_[number - 1];
  if (metric.kind == SLW_METRIC_GAUGE) return metric.value.store(value, std::memory_order_relaxed);
  if (metric.kind == SLW_METRIC_COUNTER && value < 0) return;
  add(metric.value, value);
  metric.count.fetch_add(1, std::memory_order_relaxed);
}

void HostServices::merge(std::int32_t kind, std::string_view name, std::string_view help, double value,
                         std::uint64_t count) {
  const std::uint32_t number = find_or_add(kind, name, help);
  if (number == 0 || !std::isfinite(value)) return;
  Metric& metric = metrics_[number - 1];
  if (kind == SLW_METRIC_GAUGE) return metric.value.store(value, std::memory_order_relaxed);
  if (kind == SLW_METRIC_COUNTER && value < 0) return;
  add(metric.value, value);
  metric.count.fetch_add(count, std::memory_order_relaxed);
}

std::int64_t HostServices::now(const slw_host*) {
  return monotonic_now();
}

const void* HostServices::extension(const slw_host*, const char*) {
  return nullptr;
}

std::vector<HostServices::Sample> HostServices::samples() const {
  const std::lock_guard lock(names_);
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < count_.load(std::memory_order_relaxed); ++i)
    samples.push_back({std::string(kPrefix) + metrics_[i].name, metrics_[i].help, metrics_[i].kind,
                       metrics_[i].value.load(std::memory_order_relaxed),
                       metrics_[i].count.load(std::memory_order_relaxed)});
  return samples;
}

}  // namespace slipway::model
