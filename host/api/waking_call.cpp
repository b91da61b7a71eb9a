#include "api/waking_call.hpp"

#include "api/answers.hpp"
#include "api/predict.hpp"

namespace slipway::api {

void WakingCall::finish(http::Exchange& exchange) noexcept {
  service_.route_after_waking(exchange, model_, {.version = version_, .label = label_}, loaded_ ? until_ : 0);
}

void WakingCall::expire(http::Exchange& exchange) noexcept {
  answer_busy(exchange, 503, "the model was asleep and is still being loaded; try again soon");
}

}  // namespace slipway::api
