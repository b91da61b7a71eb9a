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

// The earlier of the model's timeout and the caller's wish. Nothing when the caller's header is no number:
// answered 400.
std::optional<Nanoseconds> deadline_of(http::Exchange& exchange, const model::Manifest& manifest,
                                       Nanoseconds received) {
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
  return received + timeout;
}

}  // namespace

struct PredictService::ThreadState {
  ThreadState(const model::RoutingTableOwner& tables, const document::Limits& limits)
      : reader(tables), call(limits) {}

  model::RoutingTableReader reader;
  model::Call call;
  std::vector<std::shared_ptr<PredictJob>> jobs;  // to be used again
};

PredictService::PredictService(const model::RoutingTableOwner& tables, serving::Pool& pool,
                               const PredictOptions& options)
    : tables_(tables), pool_(pool), options_(options) {
  for (unsigned i = 0; i < options.threads; ++i)
    threads_.push_back(std::make_unique<ThreadState>(tables_, options_.document));
}

PredictService::~PredictService() = default;

void PredictService::route(http::Exchange& exchange, std::string_view model, std::string_view version) {
  const Nanoseconds received = monotonic_now();
  model::RoutingTableReader& reader = threads_[exchange.thread_index()]->reader;
  std::shared_ptr<model::Slot> slot;
  model::Lease lease;
  do {
    const model::Route* const route = reader.table().find(model);
    slot = route == nullptr ? nullptr : (version.empty() ? route->stable : route->find(version));
    if (slot == nullptr) {
      const std::string what = "\"" + std::string(model.substr(0, 100)) + "\"" +
                               (version.empty() || route == nullptr
                                    ? ""
                                    : " in version \"" + std::string(version.substr(0, 100)) + "\"");
      const std::string why = "no model " + what + " is served here; GET /models lists those that are";
      answer_problem(exchange, 404, why);
      return log_request(exchange, 404, "not_found", why, version, received);
    }
    // A version that was closed just now: the table without it has been published before that.
    lease = model::Lease::of(slot);
  } while (!lease);

  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  if (!accept_content_type(exchange))
    return log_request(exchange, 415, "not_json", "", slot->version().version(), received);
  const std::optional<Nanoseconds> deadline = deadline_of(exchange, slot->version().manifest(), received);
  if (!deadline) return log_request(exchange, 400, "bad_header", "", slot->version().version(), received);
  const bool small = exchange.request().body().size() <= kInlineBodyBytes;
  if (served.execution().runs_inline() && small && served.admission().try_enter()) {
    run_inline(exchange, std::move(slot), {received, *deadline});
  } else {
    run_on_pool(exchange, std::move(slot), std::move(lease), {received, *deadline});
  }
}

void PredictService::run_inline(http::Exchange& exchange, std::shared_ptr<model::Slot> slot,
                                const RequestTime& time) {
  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  model::Call& call = threads_[exchange.thread_index()]->call;
  call.reset(kKeptBytes);
  call.request_id = exchange.request().request_id();
  call.deadline = time.deadline;
  model::infer(slot->version(), call, exchange.request().body(), exchange.response().body());
  if (call.predict_time != 0) served.execution().observe(call.predict_time, true);
  answer(exchange, call, slot->version().version(), time.received);
  served.count(call, time.received);
  if (served.admission().leave()) pool_.wake(std::move(slot), served.admission());
}

void PredictService::run_on_pool(http::Exchange& exchange, std::shared_ptr<model::Slot> slot,
                                 model::Lease lease, const RequestTime& time) {
  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  std::shared_ptr<PredictJob> job = take_job(exchange.thread_index());
  job->prepare(exchange, slot, std::move(lease), time);
  if (!served.admission().enqueue(job)) {
    const std::string version = slot->version().version();  // the lease ends with the job's withdrawal
    job->withdraw(exchange);
    served.count_rejected();
    give_back(exchange.thread_index(), std::move(job));
    const std::string why = "the model is busy and its queue of " +
                            std::to_string(served.admission().queue_limit()) + " is full; try again later";
    answer_busy(exchange, 429, why);
    return log_request(exchange, 429, "queue_full", why, version, time.received);
  }
  exchange.defer(std::move(job), time.deadline);
  pool_.wake(std::move(slot), served.admission());
}

void PredictService::answer(http::Exchange& exchange, const model::Call& call, std::string_view version,
                            Nanoseconds received) {
  exchange.response().add_header("X-Model-Version", version);
  answer_call(exchange, call);
  log_request(exchange, model::http_status(call.outcome), model::to_text(call.outcome), call.error.message,
              version, received);
}

void PredictService::log_request(http::Exchange& exchange, int status, std::string_view outcome,
                                 std::string_view why, std::string_view version,
                                 Nanoseconds received) noexcept {
  const bool failed = status >= 500;
  if (options_.request_log == RequestLog::none || (options_.request_log == RequestLog::errors && !failed))
    return;
  telemetry::log(failed ? telemetry::Level::warning : telemetry::Level::info, failed ? why : "request",
                 {{"path", exchange.request().path()},
                  {"version", version},
                  {"status", std::int64_t{status}},
                  {"outcome", outcome},
                  {"ms", static_cast<double>(monotonic_now() - received) / static_cast<double>(kMillisecond)},
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
