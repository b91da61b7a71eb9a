#include "api/json_body.hpp"

#include "api/answers.hpp"

namespace slipway::api {

void JsonBody::answer(http::Exchange& exchange) {
  if (const Status finished = builder_.finish(); !finished)
    return answer_problem(exchange, 500, finished.error().message);
  exchange.response().set_content_type("application/json");
  document::write_json(document_.root(), exchange.response().body());
}

}  // namespace slipway::api
