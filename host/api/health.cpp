#include "api/health.hpp"

#include <map>
#include <string>
#include <vector>

#include "api/answers.hpp"
#include "serving/served_version.hpp"

namespace slipway::api {
namespace {

using serving::ServedVersion;
using telemetry::PrometheusText;

struct Labelled {
  std::string labels;
  model::Lease lease;

  ServedVersion& served() const { return ServedVersion::of(lease.slot()); }
};

std::vector<Labelled> versions_of(const model::RoutingTable& table) {
  std::vector<Labelled> all;
  for (const std::shared_ptr<const model::Route>& route : table.routes()) {
    for (const model::RoutedVersion& each : route->versions) {
      // Of two with one version's text, as while one replaces the other, the one that answers.
      if (each.slot == nullptr || each.slot != route->find(each.version)) continue;
      if (model::Lease lease = model::Lease::of(each.slot))
        all.push_back({PrometheusText::label("model", route->name) + "," +
                           PrometheusText::label("version", each.version),
                       std::move(lease)});
    }
  }
  return all;
}

void write_requests(PrometheusText& text, const std::vector<Labelled>& versions) {
  constexpr std::string_view kName = "slipway_requests_total";
  text.begin(kName, "counter", "Predictions asked for, by what became of them.");
  for (const Labelled& each : versions) {
    for (std::size_t i = 0; i < model::kOutcomes; ++i)
      text.sample(
          kName,
          each.labels + "," + PrometheusText::label("outcome", to_text(static_cast<model::Outcome>(i))),
          each.served().total(i));
    text.sample(kName, each.labels + "," + PrometheusText::label("outcome", "queue_full"),
                each.served().total(ServedVersion::kRejected));
  }
}

void write_latencies(PrometheusText& text, const std::vector<Labelled>& versions) {
  text.begin("slipway_request_duration_seconds", "histogram",
             "From when a request was received whole to its answer.");
  for (const Labelled& each : versions)
    text.histogram("slipway_request_duration_seconds", each.labels, each.served().latency().snapshot());
  text.begin("slipway_predict_duration_seconds", "histogram", "Time spent in the model alone.");
  for (const Labelled& each : versions)
    text.histogram("slipway_predict_duration_seconds", each.labels,
                   each.served().predict_latency().snapshot());
}

void write_batches(PrometheusText& text, const std::vector<Labelled>& versions) {
  constexpr std::string_view kName = "slipway_batch_size";
  text.begin(kName, "histogram", "Requests that were predicted together, of models that batch.");
  for (const Labelled& each : versions)
    if (const serving::Batcher* const batcher = each.served().batcher(); batcher != nullptr)
      text.histogram(kName, each.labels, batcher->sizes().snapshot());
}

void write_gauge(PrometheusText& text, const std::vector<Labelled>& versions, std::string_view name,
                 std::string_view type, std::string_view help, std::uint64_t (*value)(ServedVersion&)) {
  text.begin(name, type, help);
  for (const Labelled& each : versions) text.sample(name, each.labels, value(each.served()));
}

void write_admission(PrometheusText& text, const std::vector<Labelled>& versions) {
  write_gauge(text, versions, "slipway_predictions_running", "gauge", "Predictions at work now.",
              [](ServedVersion& served) -> std::uint64_t { return served.admission().running(); });
  write_gauge(text, versions, "slipway_queue_depth", "gauge", "Requests that wait for a place.",
              [](ServedVersion& served) -> std::uint64_t { return served.admission().waiting(); });
  write_gauge(text, versions, "slipway_late_predictions", "gauge",
              "Of these, the ones whose callers were answered 504 or have gone.",
              [](ServedVersion& served) -> std::uint64_t { return served.late(); });
  write_gauge(
      text, versions, "slipway_runs_inline", "gauge", "1 where predictions run on the serving thread.",
      [](ServedVersion& served) -> std::uint64_t { return served.execution().runs_inline() ? 1 : 0; });
  write_gauge(text, versions, "slipway_long_inline_calls_total", "counter",
              "Inline predictions that took more than 1 ms.",
              [](ServedVersion& served) -> std::uint64_t { return served.execution().long_calls(); });
}

void write_workers(PrometheusText& text, const std::vector<Labelled>& versions) {
  struct Isolated {
    const std::string* labels;
    model::WorkerReport workers;
  };
  std::vector<Isolated> all;
  for (const Labelled& each : versions)
    if (auto workers = each.served().version().predictor().workers())
      all.push_back({&each.labels, std::move(*workers)});
  const auto write = [&](std::string_view name, std::string_view type, std::string_view help, auto value) {
    text.begin(name, type, help);
    for (const Isolated& each : all) text.sample(name, *each.labels, std::uint64_t{value(each.workers)});
  };
  using Report = model::WorkerReport;
  write("slipway_workers_running", "gauge", "Worker processes of models with isolation process.",
        [](const Report& report) { return report.running; });
  write("slipway_workers_started_total", "counter", "Worker processes started.",
        [](const Report& report) { return report.started; });
  write("slipway_workers_crashed_total", "counter", "Worker processes that ended by themselves.",
        [](const Report& report) { return report.crashed; });
  write("slipway_workers_timed_out_total", "counter",
        "Worker processes ended because a prediction did not return in time.",
        [](const Report& report) { return report.timed_out; });
  write("slipway_worker_retries_total", "counter", "Predictions given to a second worker.",
        [](const Report& report) { return report.retried; });
  write("slipway_workers_taken_out", "gauge", "1 where none is started for now: they keep ending.",
        [](const Report& report) { return report.taken_out.empty() ? 0u : 1u; });
}

void write_shadows(PrometheusText& text, const model::RoutingTable& table) {
  struct Shadowed {
    std::string labels;
    model::ShadowFindings::Report counts;
  };
  std::vector<Shadowed> all;
  for (const std::shared_ptr<const model::Route>& route : table.routes()) {
    if (route->shadow == nullptr) continue;
    for (const model::RoutedVersion& each : route->versions)
      if (each.slot == route->shadow->slot)
        all.push_back({PrometheusText::label("model", route->name) + "," +
                           PrometheusText::label("version", each.version),
                       route->shadow->findings.counts()});
  }
  constexpr std::string_view kName = "slipway_shadow_answers_total";
  text.begin(kName, "counter", "Copies of requests that a shadow was tried on, by what became of them.");
  for (const Shadowed& each : all) {
    const auto sample = [&](std::string_view result, std::uint64_t count) {
      text.sample(kName, each.labels + "," + PrometheusText::label("result", result), count);
    };
    sample("equal", each.counts.equal);
    sample("different", each.counts.different);
    for (std::size_t i = 0; i < model::kOutcomes; ++i)
      if (const auto outcome = static_cast<model::Outcome>(i); outcome != model::Outcome::answered)
        sample(to_text(outcome), each.counts.failed[i]);
    sample("dropped", each.counts.dropped);
  }
}

// The models' own metrics. A name that several models use is one metric with several samples.
void write_model_metrics(PrometheusText& text, const std::vector<Labelled>& versions) {
  struct Owned {
    const std::string* labels;
    model::HostServices::Sample sample;
  };
  std::map<std::string, std::vector<Owned>> by_name;
  for (const Labelled& each : versions)
    for (const model::HostServices::Sample& sample : each.lease.slot().version().services().samples())
      by_name[sample.name].push_back({&each.labels, sample});
  for (const auto& [name, samples] : by_name) {
    const std::int32_t kind = samples.front().sample.kind;
    text.begin(name,
               kind == SLW_METRIC_COUNTER ? "counter" : (kind == SLW_METRIC_GAUGE ? "gauge" : "summary"),
               samples.front().sample.help);
    for (const Owned& owned : samples) {
      if (owned.sample.kind != kind) continue;
      text.sample(kind == SLW_METRIC_HISTOGRAM ? name + "_sum" : name, *owned.labels, owned.sample.value);
      if (kind == SLW_METRIC_HISTOGRAM) text.sample(name + "_count", *owned.labels, owned.sample.count);
    }
  }
}

void write_single(PrometheusText& text, std::string_view name, std::string_view type, std::string_view help,
                  const std::atomic<std::uint64_t>& value) {
  text.begin(name, type, help);
  text.sample(name, "", value.load(std::memory_order_relaxed));
}

void write_idle(PrometheusText& text, const lifecycle::IdleKeeper::Counters& counters) {
  write_single(text, "slipway_idle_unloads_total", "counter", "Versions put to sleep: nobody called them.",
               counters.put_to_sleep);
  write_single(text, "slipway_cold_starts_total", "counter", "Versions that a call has woken.",
               counters.woken);
  write_single(text, "slipway_cold_start_failures_total", "counter", "Versions that could not be woken.",
               counters.failed);
  text.begin("slipway_cold_start_seconds", "histogram",
             "From the call that woke a version until it could be called.");
  text.histogram("slipway_cold_start_seconds", "", counters.cold_start.snapshot());
}

void write_lifecycle(PrometheusText& text, const model::RoutingTableOwner& tables,
                     const lifecycle::Catalog& catalog, const lifecycle::Reaper& reaper) {
  text.begin("slipway_version_states_total", "counter", "Versions that have come to a state.");
  for (std::size_t i = 0; i < model::kStates; ++i)
    text.sample("slipway_version_states_total",
                PrometheusText::label("state", model::to_text(static_cast<model::State>(i))),
                catalog.counters().entered[i].load(std::memory_order_relaxed));
  write_single(text, "slipway_swaps_total", "counter", "Times a label was pointed to another version.",
               catalog.counters().swaps);
  text.begin("slipway_table_publish_seconds", "histogram", "Making and storing one routing table.");
  text.histogram("slipway_table_publish_seconds", "", catalog.counters().publish.snapshot());
  text.begin("slipway_table_refresh_seconds", "histogram",
             "From storing a routing table that swaps until the last serving thread uses it.");
  text.histogram("slipway_table_refresh_seconds", "", tables.refresh_times().snapshot());
  write_single(text, "slipway_versions_draining", "gauge", "Versions out of service that still have calls.",
               reaper.counters().draining);
  write_single(text, "slipway_versions_overdue", "gauge", "Of these, the ones past their time.",
               reaper.counters().overdue);
  write_single(text, "slipway_pinned_libraries", "gauge",
               "Plugins that stay in memory although they were unloaded.", reaper.counters().pinned);
  write_single(text, "slipway_pinned_library_bytes", "gauge", "Their address space.",
               reaper.counters().pinned_bytes);
}

void write_server(PrometheusText& text, const http::ServerStats& stats) {
  const auto counter = [&](std::string_view name, std::string_view type, std::string_view help,
                           std::uint64_t value) {
    text.begin(name, type, help);
    text.sample(name, "", value);
  };
  counter("slipway_http_connections_total", "counter", "Connections accepted.", stats.connections);
  counter("slipway_http_connections_open", "gauge", "Connections open now.", stats.connections_open);
  counter("slipway_http_connections_refused_total", "counter", "Connections refused: too many.",
          stats.connections_refused);
  counter("slipway_http_connections_evicted_total", "counter", "Idle connections closed to make room.",
          stats.connections_evicted);
  counter("slipway_http_body_bytes", "gauge", "Memory that large and waiting request bodies hold now.",
          stats.body_bytes);
  counter("slipway_http_bodies_refused_total", "counter", "Bodies that there was no memory for.",
          stats.bodies_refused);
  counter("slipway_http_requests_total", "counter", "Well-formed HTTP requests.", stats.requests);
  counter("slipway_http_protocol_errors_total", "counter", "Requests refused before any route saw them.",
          stats.protocol_errors);
  counter("slipway_http_timeouts_total", "counter", "Clients that were too slow.", stats.timeouts);
  counter("slipway_http_disconnects_total", "counter", "Clients that went away before their answer.",
          stats.disconnects);
  counter("slipway_http_accept_failures_total", "counter", "Connections that could not be accepted.",
          stats.accept_failures);
  counter("slipway_http_tls_handshake_failures_total", "counter",
          "Connections that ended before TLS was agreed on.", stats.handshake_failures);
}

void write_keys(PrometheusText& text, const KeyGuard& keys) {
  constexpr std::string_view kName = "slipway_key_refusals_total";
  text.begin(kName, "counter", "Requests refused for their key, or for want of one.");
  text.sample(kName, PrometheusText::label("reason", "unknown"), keys.refused(KeyGuard::kUnknown));
  text.sample(kName, PrometheusText::label("reason", "not_allowed"), keys.refused(KeyGuard::kNotAllowed));
  text.sample(kName, PrometheusText::label("reason", "too_fast"), keys.refused(KeyGuard::kTooFast));
}

}  // namespace

void HealthService::live(http::Exchange& exchange) const {
  exchange.response().set_content_type("application/json");
  exchange.response().body().append("{\"status\":\"live\"}");
}

void HealthService::ready(http::Exchange& exchange) const {
  if (!ready_.load(std::memory_order_acquire))
    return answer_busy(exchange, 503, "this host is not ready: it is starting, or it is about to stop");
  exchange.response().set_content_type("application/json");
  exchange.response().body().append("{\"status\":\"ready\"}");
}

void HealthService::metrics(http::Exchange& exchange) const {
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  const std::vector<Labelled> versions = versions_of(*table);
  PrometheusText text(exchange.response().body());
  text.begin("slipway_build_info", "gauge", "The host's version.");
  text.sample("slipway_build_info", PrometheusText::label("version", SLIPWAY_VERSION), std::uint64_t{1});
  text.begin("slipway_uptime_seconds", "gauge", "Since the host started.");
  text.sample("slipway_uptime_seconds", "",
              static_cast<double>(monotonic_now() - started_) / static_cast<double>(kSecond));
  text.begin("slipway_models", "gauge", "Models that are served.");
  text.sample("slipway_models", "", std::uint64_t{table->routes().size()});
  write_requests(text, versions);
  write_latencies(text, versions);
  write_batches(text, versions);
  write_admission(text, versions);
  write_workers(text, versions);
  write_shadows(text, *table);
  write_model_metrics(text, versions);
  if (keys_ != nullptr) write_keys(text, *keys_);
  if (catalog_ != nullptr) write_lifecycle(text, tables_, *catalog_, *reaper_);
  if (idle_ != nullptr) write_idle(text, idle_->counters());
  if (const http::Server* const server = server_.load(std::memory_order_acquire); server != nullptr)
    write_server(text, server->stats());
  exchange.response().set_content_type("text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace slipway::api
