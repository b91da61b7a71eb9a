#include "api/predict_job.hpp"

#include "api/answers.hpp"
#include "api/predict.hpp"
#include "api/version_headers.hpp"
#include "model/inference.hpp"

namespace slipway::api {

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
  serving::ShadowRunner& shadows = service_.shadows_;
  const std::shared_ptr<model::Shadow> shadow = std::move(shadow_);
  std::shared_ptr<serving::ShadowTask> copy;
  if (shadow != nullptr) copy = shadows.copy(shadow, body_.view(), request_id_);
  model::infer(slot_->version(), call_, body_, out_);
  if (call_.predict_time != 0) served().execution().observe(call_.predict_time, false);
  std::shared_ptr<serving::ShadowTask> answered;
  if (copy != nullptr && call_.outcome == model::Outcome::answered && !settled_early())
    answered = shadows.with_answer(std::move(copy), slot_->version(), out_.view(), call_.predict_time);
  lease_.release();
  complete();  // the job may be in other hands from here on
  shadows.offer(std::move(answered));
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
  call_.cancelled.store(true, std::memory_order_relaxed);
  served().count_settled_early(model::Outcome::timed_out, received_);
  constexpr std::string_view kDetail =
      "the model did not answer in time; try again later, or with a longer X-Request-Timeout-Ms if the "
      "model's limit allows it";
  add_version_headers(exchange, *slot_, version_);
  answer_problem(exchange, 504, kDetail);
  service_.log_request(exchange, 504, model::to_text(model::Outcome::timed_out), kDetail, version_,
                       received_);
}

void PredictJob::abandon() noexcept {
  call_.cancelled.store(true, std::memory_order_relaxed);
  served().count_settled_early(model::Outcome::cancelled, received_);
}

}  // namespace slipway::api
