#include "api/predict_job.hpp"

#include "api/answers.hpp"
#include "api/predict.hpp"
#include "model/inference.hpp"

namespace slipway::api {

void PredictJob::prepare(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
                         Nanoseconds deadline) {
  slot_ = std::move(slot);
  lease_ = std::move(lease);
  request_id_ = exchange.request().request_id();
  version_ = slot_->version().version();
  arrived_ = exchange.request().arrived();
  body_.swap(exchange.request().body());
  out_.clear();
  call_.reset(PredictService::kKeptBytes);
  call_.request_id = request_id_;
  call_.deadline = deadline;
}

void PredictJob::withdraw(http::Exchange& exchange) {
  body_.swap(exchange.request().body());
  lease_.release();
  slot_.reset();
}

bool PredictJob::wanted() const noexcept { return !settled_early() && monotonic_now() < call_.deadline; }

void PredictJob::run() noexcept {
  model::infer(slot_->version(), call_, body_, out_);
  if (call_.predict_time != 0) served().execution().observe(call_.predict_time, false);
  lease_.release();
  complete();  // the job may be in other hands from here on
}

void PredictJob::finish(http::Exchange& exchange) noexcept {
  exchange.response().body().swap(out_);
  service_.answer(exchange, served(), call_, version_);
  served().count(call_, arrived_);
  body_.shrink(PredictService::kKeptBytes);
  slot_.reset();
  service_.give_back(exchange.thread_index(), shared_from_this());
}

void PredictJob::expire(http::Exchange& exchange) noexcept {
  call_.cancelled.store(true, std::memory_order_relaxed);
  served().count_expired();
  exchange.response().add_header("X-Model-Version", version_);
  answer_problem(exchange, 504, "the model did not answer in time; try again later, or with a longer X-Request-Timeout-Ms if the model's limit allows it");
}

void PredictJob::abandon() noexcept { call_.cancelled.store(true, std::memory_order_relaxed); }

}  // namespace slipway::api
