// A copy of one request, and of the answer that its caller got, for a version that is a shadow.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/padded_buffer.hpp"
#include "document/document.hpp"
#include "model/route.hpp"
#include "serving/admission.hpp"
#include "serving/served_version.hpp"

namespace slipway::serving {

class ShadowRunner;

// What a shadow's call needs; used again for the next one.
struct ShadowScratch {
  explicit ShadowScratch(const document::Limits& limits) : call(limits) {}

  model::Call call;
  document::Document served;
  document::Document shadowed;
  PaddedBuffer out;
};

// Counted as dropped if its caller was answered, and it did not come to be compared.
class ShadowTask final : public Task {
 public:
  // Made by ShadowRunner, which has entered the shadow's queue for it.
  ShadowTask(ShadowRunner& runner, std::shared_ptr<model::Shadow> shadow, std::string_view body,
             std::string_view request_id);
  ~ShadowTask() override;
  ShadowTask(const ShadowTask&) = delete;
  ShadowTask& operator=(const ShadowTask&) = delete;

  // What the caller got, and from which version. False: there is no room for it.  [serving thread, predict]
  bool set_answer(const model::ModelVersion& served, std::string_view answer, Nanoseconds predict_time);

  const std::shared_ptr<model::Slot>& slot() const { return shadow_->slot; }
  ShadowQueue& queue() const { return ServedVersion::of(*shadow_->slot).shadow_queue(); }
  void answered() { is_answered_ = true; }  // a caller got an answer: the copy counts

  void run() noexcept override;
  bool wanted() const noexcept override;

 private:
  friend class ShadowInbox;

  void work(model::ModelVersion& version, ShadowScratch& scratch);
  void compare(const model::ModelVersion& version, ShadowScratch& scratch);
  model::ShadowFindings::Sample failure(const model::ModelVersion& version, const model::Call& call) const;

  ShadowRunner& runner_;
  const std::shared_ptr<model::Shadow> shadow_;
  PaddedBuffer body_;
  PaddedBuffer answer_;
  const std::string request_id_;
  // Of the version that answered: what is sensitive in its schemas is not shown. They outlive the version.
  std::shared_ptr<const schema::Schema> request_schema_;
  std::shared_ptr<const schema::Schema> response_schema_;
  Nanoseconds served_time_ = 0;
  std::size_t bytes_;  // of the queue's
  bool is_answered_ = false;
  bool is_counted_ = false;
  std::shared_ptr<ShadowTask> self_;  // while it is in the inbox, and the next one there
  ShadowTask* next_ = nullptr;
};

}  // namespace slipway::serving
