// POST /models/{name}/predict and its pinned forms: from a routed request to an answer.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "document/limits.hpp"
#include "http/exchange.hpp"
#include "model/routing_table.hpp"
#include "serving/pool.hpp"
#include "serving/served_version.hpp"

namespace slipway::api {

enum class RequestLog { none, errors, all };

struct PredictOptions {
  unsigned threads = 1;  // that serve
  document::Limits document;
  RequestLog request_log = RequestLog::errors;
};

class PredictJob;

// CLOCK_MONOTONIC: when the request was there as a whole, and when its answer is due. A slow upload is the
// HTTP layer's affair and does not use up the model's time.
struct RequestTime {
  Nanoseconds received;
  Nanoseconds deadline;
};

// Serving threads call it, each for its own connections.
class PredictService {
 public:
  // Both must outlive it.
  PredictService(const model::RoutingTableOwner& tables, serving::Pool& pool, const PredictOptions& options);
  ~PredictService();

  void predict(http::Exchange& exchange, std::string_view model) { route(exchange, model, {}); }
  void predict_version(http::Exchange& exchange, std::string_view model, std::string_view version) {
    route(exchange, model, version);
  }

  // Memory that a call may keep for the next one.
  static constexpr std::size_t kKeptBytes = 4u << 20;
  // Requests larger than this are not parsed on a serving thread: parsing alone would hold up its other
  // connections.
  static constexpr std::size_t kInlineBodyBytes = 256u << 10;

 private:
  friend class PredictJob;
  struct ThreadState;

  void route(http::Exchange& exchange, std::string_view model, std::string_view version);
  void run_inline(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, const RequestTime& time);
  void run_on_pool(http::Exchange& exchange, std::shared_ptr<model::Slot> slot, model::Lease lease,
                   const RequestTime& time);
  void answer(http::Exchange& exchange, const model::Call& call, std::string_view version,
              Nanoseconds received);
  void log_request(http::Exchange& exchange, int status, std::string_view outcome, std::string_view why,
                   std::string_view version, Nanoseconds received) noexcept;
  std::shared_ptr<PredictJob> take_job(unsigned thread);
  void give_back(unsigned thread, std::shared_ptr<PredictJob> job);

  const model::RoutingTableOwner& tables_;
  serving::Pool& pool_;
  const PredictOptions options_;
  std::vector<std::unique_ptr<ThreadState>> threads_;
};

}  // namespace slipway::api
