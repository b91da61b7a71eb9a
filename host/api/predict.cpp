#include "api/predict.hpp"

#include <charconv>
#include <optional>
#include <string>

#include "api/answers.hpp"
#include "api/predict_job.hpp"
#include "api/version_headers.hpp"
#include "api/waking_call.hpp"
#include "base/random.hpp"
#include "model/inference.hpp"
#include "telemetry/log.hpp"

namespace slipway::api {
namespace {

constexpr std::size_t kKeptJobs = 64;                    // a thread's, for the pool
constexpr Nanoseconds kLongestColdStart = 30 * kSecond;  // that a call waits for

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

bool is_for(const model::Canary& canary, const http::Request& request, Random& random) {
  if (!canary.may_answer()) return false;
  if (const std::string& sticky = canary.share.sticky_header(); !sticky.empty())
    if (const auto value = request.header(sticky)) return canary.share.includes(*value);
  return canary.share.includes(random.next());
}

std::shared_ptr<model::Slot> choose(const model::Route& route, const Pin& pin, const http::Request& request,
                                    Random& random) {
  if (!pin.version.empty()) return route.find(pin.version);
  if (!pin.label.empty()) return route.labelled(pin.label);
  if (route.canary != nullptr && is_for(*route.canary, request, random)) return route.canary->slot;
  return route.stable;
}

// Which gets a copy of a request that `answering` answers, or null.
std::shared_ptr<model::Shadow> shadow_of(const model::Route& route, const Pin& pin,
                                         const model::Slot& answering, Random& random) {
  if (route.shadow == nullptr || !pin.version.empty() || !pin.label.empty()) return nullptr;
  if (route.shadow->slot.get() == &answering || !route.shadow->share.includes(random.next())) return nullptr;
  return route.shadow;
}

std::string shown(std::string_view text) {
  return "\"" + std::string(text.substr(0, 100)) + "\"";
}

}  // namespace

struct PredictService::ThreadState {
  ThreadState(const model::RoutingTableOwner& tables, const document::Limits& limits)
      : reader(tables), call(limits) {}

  model::RoutingTableReader reader;
  model::Call call;
  Random random{static_cast<std::uint64_t>(monotonic_now()) ^ reinterpret_cast<std::uintptr_t>(this)};
  std::vector<std::shared_ptr<PredictJob>> jobs;  // to be used again
};

PredictService::PredictService(const model::RoutingTableOwner& tables, serving::Pool& pool,
                               serving::ShadowRunner& shadows, const PredictOptions& options)
    : tables_(tables), pool_(pool), shadows_(shadows), options_(options) {
  for (unsigned i = 0; i < options.threads; ++i)
    threads_.push_back(std::make_unique<ThreadState>(tables_, options_.document));
}

PredictService::~PredictService() = default;

void PredictService::refresh(unsigned thread) {
  threads_[thread]->reader.table();
}

void PredictService::route(http::Exchange& exchange, std::string_view model, Pin pin,
                           std::optional<Nanoseconds> may_wait_until) {
  const Nanoseconds received = monotonic_now();
  const Nanoseconds until = may_wait_until.value_or(received + kLongestColdStart);
  ThreadState& thread = *threads_[exchange.thread_index()];
  std::shared_ptr<model::Slot> slot;
  model::Lease lease;
  std::shared_ptr<model::Shadow> shadow;
  do {
    const model::Route* const route = thread.reader.table().find(model);
    if (route != nullptr) slot = choose(*route, pin, exchange.request(), thread.random);
    if (route != nullptr && slot == nullptr && received < until)
      if (const model::RoutedVersion* const sleeper = route->sleeper(pin.version, pin.label))
        if (wait_for(*sleeper, exchange, model, pin, until)) return;
    if (route == nullptr || slot == nullptr) return answer_unrouted(exchange, model, pin, route, received);
    shadow = shadow_of(*route, pin, *slot, thread.random);
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
    run_inline(exchange, std::move(slot), {received, *deadline}, shadow);
  } else {
    run_on_pool(exchange, std::move(slot), std::move(lease), {received, *deadline}, std::move(shadow));
  }
}

// False: nobody wakes it, or too many wait for that.
bool PredictService::wait_for(const model::RoutedVersion& sleeper, http::Exchange& exchange,
                              std::string_view model, const Pin& pin, Nanoseconds until) {
  if (options_.waker == nullptr) return false;
  auto call = std::make_shared<WakingCall>(*this, model, pin.version, pin.label, until);
  if (!options_.waker->wake(sleeper.id, [call](bool loaded) { call->complete_with(loaded); })) return false;
  exchange.defer(std::move(call), until);
  return true;
}

void PredictService::route_after_waking(http::Exchange& exchange, std::string_view model, Pin pin,
                                        Nanoseconds may_wait_until) noexcept {
  try {
    route(exchange, model, pin, may_wait_until);
  } catch (const std::exception&) {
    answer_busy(exchange, 503, "the host could not answer; most likely it is out of memory");
  }
}

void PredictService::answer_unrouted(http::Exchange& exchange, std::string_view model, const Pin& pin,
                                     const model::Route* route, Nanoseconds received) {
  std::string why;
  const bool is_known = route != nullptr && ((pin.version.empty() && pin.label.empty()) ||
                                             route->sleeper(pin.version, pin.label) != nullptr);
  if (is_known) {
    why = "no version of the model " + shown(model) + " is in service now; GET /models/" + route->name +
          " says why";
    answer_busy(exchange, 503, why);
    return log_request(exchange, 503, "unavailable", why, {}, received);
  }
  why = "no model " + shown(model);
  if (route != nullptr && !pin.version.empty()) why += " in version " + shown(pin.version);
  if (route != nullptr && !pin.label.empty()) why += " with the label " + shown(pin.label);
  why += " is served here; GET /models lists those that are";
  answer_problem(exchange, 404, why);
  log_request(exchange, 404, "not_found", why, pin.version, received);
}

void PredictService::run_inline(http::Exchange& exchange, std::shared_ptr<model::Slot> slot,
                                const RequestTime& time, const std::shared_ptr<model::Shadow>& shadow) {
  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  model::Call& call = threads_[exchange.thread_index()]->call;
  call.reset(kKeptBytes);
  call.request_id = exchange.request().request_id();
  call.deadline = time.deadline;
  std::shared_ptr<serving::ShadowTask> copy;
  if (shadow != nullptr) copy = shadows_.copy(shadow, exchange.request().body().view(), call.request_id);
  model::infer(slot->version(), call, exchange.request().body(), exchange.response().body());
  if (call.predict_time != 0) served.execution().observe(call.predict_time, true);
  answer(exchange, call, *slot, slot->version().version(), time.received);
  served.count(call, time.received);
  if (copy != nullptr && call.outcome == model::Outcome::answered)
    shadows_.offer(shadows_.with_answer(std::move(copy), slot->version(), exchange.response().body().view(),
                                        call.predict_time));
  if (served.admission().leave()) pool_.wake(std::move(slot), served.admission());
}

void PredictService::run_on_pool(http::Exchange& exchange, std::shared_ptr<model::Slot> slot,
                                 model::Lease lease, const RequestTime& time,
                                 std::shared_ptr<model::Shadow> shadow) {
  serving::ServedVersion& served = serving::ServedVersion::of(*slot);
  if (!exchange.request().count_body()) {
    constexpr std::string_view kWhy =
        "requests that wait have all the memory they may; try again in a moment";
    answer_busy(exchange, 503, kWhy);
    return log_request(exchange, 503, "no_memory", kWhy, slot->version().version(), time.received);
  }
  std::shared_ptr<PredictJob> job = take_job(exchange.thread_index());
  job->prepare(exchange, slot, std::move(lease), time, std::move(shadow));
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
  if (served.admission().needs_turn()) pool_.wake(std::move(slot), served.admission());
}

void PredictService::answer(http::Exchange& exchange, const model::Call& call, const model::Slot& slot,
                            std::string_view version, Nanoseconds received) {
  add_version_headers(exchange, slot, version);
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
