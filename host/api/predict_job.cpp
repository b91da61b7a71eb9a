#include "api/predict_job.hpp"

#include <algorithm>

#include "api/answers.hpp"
#include "api/predict.hpp"
#include "api/version_headers.hpp"
#include "model/inference.hpp"

namespace slipway::api {
namespace {

// Half of its time is left to be predicted in.
Nanoseconds latest_start(const model::Manifest& manifest, const RequestTime& time) {
  const Nanoseconds delay = manifest.batching ? manifest.batching->delay : 0;
  return time.received + std::min(delay, (time.deadline - time.received) / 2);
}

}  // namespace

void PredictJob::prepare(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
                         const RequestTime& time, std::shared_ptr<model::Shadow> shadow) {
  slot_ = std::move(slot);
  lease_ = std::move(lease);
  shadow_ = std::move(shadow);
  request_id_ = exchange.request().request_id();
  version_ = slot_->version().version();
  received_ = time.received;
  body_.swap(exchange.request().body());
  body_share_ = std::move(exchange.request().body_share());
  out_.clear();
  call_.reset(PredictService::kKeptBytes);
  call_.request_id = request_id_;
  call_.deadline = time.deadline;
  start_by_ = latest_start(slot_->version().manifest(), time);
}

void PredictJob::withdraw(http::Exchange& exchange) {
  body_.swap(exchange.request().body());
  exchange.request().body_share() = std::move(body_share_);
  lease_.release();
  shadow_.reset();
  slot_.reset();
}

bool PredictJob::wanted() const noexcept {
  return !settled_early() && monotonic_now() < call_.deadline;
}

void PredictJob::run() noexcept {
  if (serving::Batcher* const batcher = served().batcher(); batcher != nullptr) {
    const std::shared_ptr<model::Slot> slot = slot_;
    return batcher->run(shared_from_this(), slot, service_.pool_);
  }
  if (!begin()) return;
  model::predict(slot_->version(), call_);
  end();
}

bool PredictJob::begin() noexcept {
  if (const std::shared_ptr<model::Shadow> shadow = std::move(shadow_); shadow != nullptr)
    copy_ = service_.shadows_.copy(shadow, body_.view(), request_id_);
  work_.store(Work::running, std::memory_order_relaxed);
  model::prepare(slot_->version(), call_, body_);
  if (call_.open) return true;
  leave_model();
  return false;
}

void PredictJob::end() noexcept {
  model::conclude(slot_->version(), call_, out_);
  leave_model();
}

void PredictJob::leave_model() noexcept {
  if (work_.exchange(Work::none, std::memory_order_relaxed) == Work::late) served().count_late(false);
  if (call_.predict_time != 0) served().execution().observe(call_.predict_time, false);
  serving::ShadowRunner& shadows = service_.shadows_;
  const std::shared_ptr<serving::ShadowTask> copy = std::move(copy_);
  std::shared_ptr<serving::ShadowTask> answered;
  if (copy != nullptr && call_.outcome == model::Outcome::answered && !settled_early())
    answered = shadows.with_answer(copy, slot_->version(), out_.view(), call_.predict_time);
  lease_.release();
  complete();  // the job may be in other hands from here on
  shadows.offer(std::move(answered));
}

void PredictJob::settle_early(model::Outcome outcome) noexcept {
  call_.cancelled.store(true, std::memory_order_relaxed);
  serving::ServedVersion& version = served();
  version.count_settled_early(outcome, received_);
  Work expected = Work::running;
  // Counted first: the call may return at once and take its count back.
  version.count_late(true);
  if (!work_.compare_exchange_strong(expected, Work::late, std::memory_order_relaxed))
    version.count_late(false);
}

void PredictJob::finish(http::Exchange& exchange) noexcept {
  exchange.response().body().swap(out_);
  service_.answer(exchange, call_, *slot_, version_, received_);
  served().count(call_, received_);
  body_.shrink(PredictService::kKeptBytes);
  body_share_.release();
  slot_.reset();
  service_.give_back(exchange.thread_index(), shared_from_this());
}

void PredictJob::expire(http::Exchange& exchange) noexcept {
  settle_early(model::Outcome::timed_out);
  constexpr std::string_view kDetail =
      "the model did not answer in time; try again later, or with a longer X-Request-Timeout-Ms if the "
      "model's limit allows it";
  add_version_headers(exchange, *slot_, version_);
  answer_problem(exchange, 504, kDetail);
  service_.log_request(exchange, 504, model::to_text(model::Outcome::timed_out), kDetail, version_,
                       received_);
}

void PredictJob::abandon() noexcept {
  settle_early(model::Outcome::cancelled);
}

}  // namespace slipway::api
