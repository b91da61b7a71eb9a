// A prediction on the pool: it owns all that the pool thread touches, since the caller may be answered 504,
// or be gone, while the model is still at work.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "http/exchange.hpp"
#include "model/call.hpp"
#include "model/routing_table.hpp"
#include "serving/batcher.hpp"
#include "serving/served_version.hpp"
#include "serving/shadow_task.hpp"

namespace slipway::api {

class PredictService;
struct RequestTime;

class PredictJob : public http::Deferred,
                   public serving::BatchTask,
                   public std::enable_shared_from_this<PredictJob> {
 public:
  PredictJob(PredictService& service, const document::Limits& limits) : service_(service), call_(limits) {}

  // Takes the request's body over. The job is queued and deferred next.  [serving thread]
  void prepare(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
               const RequestTime& time, std::shared_ptr<model::Shadow> shadow);
  // Undoes prepare: the queue was full.  [serving thread]
  void withdraw(http::Exchange& exchange);

  void run() noexcept override;
  bool wanted() const noexcept override;
  Nanoseconds start_by() const noexcept override { return start_by_; }
  bool begin() noexcept override;
  model::Call& call() noexcept override { return call_; }
  void end() noexcept override;

 protected:
  void finish(http::Exchange& exchange) noexcept override;
  void expire(http::Exchange& exchange) noexcept override;
  void abandon() noexcept override;

 private:
  // Whether the model is at work on it; late: although nobody waits for it any more.
  enum class Work : std::uint8_t { none, running, late };

  serving::ServedVersion& served() const { return serving::ServedVersion::of(*slot_); }
  void leave_model() noexcept;
  void settle_early(model::Outcome outcome) noexcept;

  PredictService& service_;
  model::Call call_;
  PaddedBuffer body_;
  http::BodyShare body_share_;  // its part of all bodies' memory
  PaddedBuffer out_;
  std::string request_id_;
  std::string version_;                // of the model, for the answer after the lease has gone
  std::shared_ptr<model::Slot> slot_;  // what counts the outcome; the lease is what keeps the version
  model::Lease lease_;
  std::shared_ptr<model::Shadow> shadow_;  // which gets a copy; null: none
  std::shared_ptr<serving::ShadowTask> copy_;
  Nanoseconds received_ = 0;
  Nanoseconds start_by_ = 0;
  std::atomic<Work> work_{Work::none};
};

}  // namespace slipway::api
