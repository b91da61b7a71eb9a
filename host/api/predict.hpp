// POST /models/{name}/predict and its pinned forms: from a routed request to an answer.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "document/limits.hpp"
#include "http/exchange.hpp"
#include "model/routing_table.hpp"
#include "model/waker.hpp"
#include "serving/pool.hpp"
#include "serving/served_version.hpp"
#include "serving/shadow_runner.hpp"

namespace slipway::api {

enum class RequestLog { none, errors, all };

struct PredictOptions {
  unsigned threads = 1;  // that serve
  document::Limits document;
  RequestLog request_log = RequestLog::errors;
  model::Waker* waker = nullptr;  // of versions that are asleep, where any are; outlives the last request
};

class PredictJob;

// CLOCK_MONOTONIC: when the request was there as a whole, and when its answer is due. A slow upload is the
// HTTP layer's affair and does not use up the model's time.
struct RequestTime {
  Nanoseconds received;
  Nanoseconds deadline;
};

// Which version is asked for, if the caller says so: by its own name or by a label's. Both empty: the stable
// one.
struct Pin {
  std::string_view version;
  std::string_view label;
};

// Serving threads call it, each for its own connections.
class PredictService {
 public:
  // All must outlive it.
  PredictService(const model::RoutingTableOwner& tables, serving::Pool& pool, serving::ShadowRunner& shadows,
                 const PredictOptions& options);
  ~PredictService();

  void predict(http::Exchange& exchange, std::string_view model) { route(exchange, model, {}); }
  void predict_version(http::Exchange& exchange, std::string_view model, std::string_view version) {
    route(exchange, model, {.version = version, .label = {}});
  }
  void predict_label(http::Exchange& exchange, std::string_view model, std::string_view label) {
    route(exchange, model, {.version = {}, .label = label});
  }

  // Takes the newest table on a serving thread, so that an idle one does not keep an old one.
  void refresh(unsigned thread);

  // Memory that a call may keep for the next one.
  static constexpr std::size_t kKeptBytes = 4u << 20;
  // Requests larger than this are not parsed on a serving thread: parsing alone would hold up its other
  // connections.
  static constexpr std::size_t kInlineBodyBytes = 256u << 10;

 private:
  friend class PredictJob;
  struct ThreadState;

  friend class WakingCall;
  // `may_wait_until`: for a version that is asleep; nothing: as long as any call may.
  void route(http::Exchange& exchange, std::string_view model, Pin pin,
             std::optional<Nanoseconds> may_wait_until = std::nullopt);
  void route_after_waking(http::Exchange& exchange, std::string_view model, Pin pin,
                          Nanoseconds may_wait_until) noexcept;
  bool wait_for(const model::RoutedVersion& sleeper, http::Exchange& exchange, std::string_view model,
                const Pin& pin, Nanoseconds until);
  void answer_unrouted(http::Exchange& exchange, std::string_view model, const Pin& pin,
                       const model::Route* route, Nanoseconds received);
  // `shadow`: which gets a copy of the request, or null.
  void run_inline(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, const RequestTime& time,
                  const std::shared_ptr<model::Shadow>& shadow);
  void run_on_pool(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
                   const RequestTime& time, std::shared_ptr<model::Shadow> shadow);
  void answer(http::Exchange& exchange, const model::Call& call, const model::Slot& slot,
              std::string_view version, Nanoseconds received);
  void log_request(http::Exchange& exchange, int status, std::string_view outcome, std::string_view why,
                   std::string_view version, Nanoseconds received) noexcept;
  std::shared_ptr<PredictJob> take_job(unsigned thread);
  void give_back(unsigned thread, std::shared_ptr<PredictJob> job);

  const model::RoutingTableOwner& tables_;
  serving::Pool& pool_;
  serving::ShadowRunner& shadows_;
  const PredictOptions options_;
  std::vector<std::unique_ptr<ThreadState>> threads_;
};

}  // namespace slipway::api
