#include "api/predict.hpp"

#include <charconv>
#include <optional>
#include <string>

#include "api/answers.hpp"
#include "api/predict_job.hpp"
#include "model/inference.hpp"
#include "telemetry/log.hpp"

namespace slipway::api {
namespace {

constexpr std::size_t kKeptJobs = 64;  // a thread's, for the pool

// The earlier of the model's timeout and the caller's wish. Nothing when the caller's header is no number: answered 400.
std::optional<Nanoseconds> deadline_of(http::Exchange& exchange, const model::Manifest& manifest) {
  Nanoseconds timeout = manifest.limits.timeout;
  if (const auto header = exchange.request().header("X-Request-Timeout-Ms")) {
    std::uint64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), milliseconds);
    if (error != std::errc() || end != header->data() + header->size() || milliseconds == 0) {
      answer_problem(exchange, 400, "X-Request-Timeout-Ms must be a positive whole number of milliseconds");
      return std::nullopt;
    }
    if (milliseconds < static_cast<std::uint64_t>(timeout / kMillisecond))
      timeout = static_cast<Nanoseconds>(milliseconds) * kMillisecond;
  }
  return exchange.request().arrived() + timeout;
}

}  // namespace

struct PredictService::ThreadState {
  ThreadState(const model::RoutingTableOwner& tables, const document::Limits& limits) : reader(tables), call(limits) {}

  model::RoutingTableReader reader;
  model::Call call;
  std::vector<std::shared_ptr<PredictJob>> jobs;  // to be used again
};

PredictService::PredictService(const model::RoutingTableOwner& tables, serving::Pool& pool, const PredictOptions& options)
    : tables_(tables), pool_(pool), options_(options) {
  for (unsigned i = 0; i < options.threads; ++i)
    threads_.push_back(std::make_unique<ThreadState>(tables_, options_.document));
}

PredictService::~PredictService() = default;

void PredictService::route(http::Exchange& exchange, std::string_view model, std::string_view version) {
  model::RoutingTableReader& reader = threads_[exchange.thread_index()]->reader;
  std::shared_ptr<model::Slot> slot;
  model::Lease lease;
  do {
    const model::Route* const route = reader.table().find(model);
    slot = route == nullptr ? nullptr : (version.empty() ? route->stable : route->find(version));
    if (slot == nullptr) {
      const std::string what = "\"" + std::string(model.substr(0, 100)) + "\"" +
                               (version.empty() || route == nullptr ? "" : " in version \"" + std::string(version.substr(0, 100)) + "\"");
      return answer_problem(exchange, 404, "no model " + what + " is served here; GET /models lists those that are");
    }
    // A version that was closed just now: the table without it has been published before that.
    lease = model::Lease::of(slot);
  } while (!lease);

  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  if (!accept_content_type(exchange)) return;
  const std::optional<Nanoseconds> deadline = deadline_of(exchange, slot->version().manifest());
  if (!deadline) return;
  const bool small = exchange.request().body().size() <= kInlineBodyBytes;
  if (served.execution().runs_inline() && small && served.admission().try_enter()) {
    run_inline(exchange, served, slot, *deadline);
  } else {
    run_on_pool(exchange, std::move(slot), std::move(lease), *deadline);
  }
}

void PredictService::run_inline(http::Exchange& exchange, serving::ServedVersion& served, std::shared_ptr<model::Slot> slot,
                                Nanoseconds deadline) {
  model::Call& call = threads_[exchange.thread_index()]->call;
  call.reset(kKeptBytes);
  call.request_id = exchange.request().request_id();
  call.deadline = deadline;
  model::infer(slot->version(), call, exchange.request().body(), exchange.response().body());
  if (call.predict_time != 0) served.execution().observe(call.predict_time, true);
  answer(exchange, served, call, slot->version().version());
  served.count(call, exchange.request().arrived());
  if (served.admission().leave()) pool_.wake(std::move(slot), served.admission());
}

void PredictService::run_on_pool(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
                                 Nanoseconds deadline) {
  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  std::shared_ptr<PredictJob> job = take_job(exchange.thread_index());
  job->prepare(exchange, slot, std::move(lease), deadline);
  if (!served.admission().enqueue(job)) {
    job->withdraw(exchange);
    served.count_rejected();
    give_back(exchange.thread_index(), std::move(job));
    return answer_busy(exchange, 429, "the model is busy and its queue of " + std::to_string(served.admission().queue_limit()) +
                                          " is full; try again later");
  }
  exchange.defer(std::move(job), deadline);
  pool_.wake(std::move(slot), served.admission());
}

void PredictService::answer(http::Exchange& exchange, serving::ServedVersion&, const model::Call& call,
                            std::string_view version) {
  exchange.response().add_header("X-Model-Version", version);
  answer_call(exchange, call);
  const int status = model::http_status(call.outcome);
  const bool failed = status >= 500;
  if (options_.request_log == RequestLog::none || (options_.request_log == RequestLog::errors && !failed)) return;
  telemetry::log(failed ? telemetry::Level::warning : telemetry::Level::info, failed ? call.error.message : "request",
                 {{"path", exchange.request().path()},
                  {"version", version},
                  {"status", std::int64_t{status}},
                  {"outcome", model::to_text(call.outcome)},
                  {"ms", static_cast<double>(monotonic_now() - exchange.request().arrived()) / static_cast<double>(kMillisecond)},
                  {"request_id", exchange.request().request_id()}});
}

std::shared_ptr<PredictJob> PredictService::take_job(unsigned thread) {
  std::vector<std::shared_ptr<PredictJob>>& jobs = threads_[thread]->jobs;
  if (jobs.empty()) return std::make_shared<PredictJob>(*this, options_.document);
  std::shared_ptr<PredictJob> job = std::move(jobs.back());
  jobs.pop_back();
  return job;
}

void PredictService::give_back(unsigned thread, std::shared_ptr<PredictJob> job) {
  std::vector<std::shared_ptr<PredictJob>>& jobs = threads_[thread]->jobs;
  if (jobs.size() < kKeptJobs) jobs.push_back(std::move(job));
}

}  // namespace slipway::api
