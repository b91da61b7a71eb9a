#include "api/operation_report.hpp"

#include <exception>

#include "api/answers.hpp"
#include "api/json_body.hpp"

namespace slipway::api {

void OperationReport::finish(http::Exchange& exchange) noexcept {
  try {
    write(exchange);
  } catch (const std::exception&) {
    answer_problem(exchange, 503, "the host is out of memory");
  }
}

void OperationReport::write(http::Exchange& exchange) const {
  const lifecycle::Operation::Report report = operation_->report(seen_);
  JsonBody body;
  body.builder().begin_object();
  body.member("operation", operation_->id());
  body.member("what", operation_->what());
  body.builder().key("steps");
  body.builder().begin_array();
  for (const std::string& step : report.steps) body.builder().string(step);
  body.builder().end_array();
  body.builder().key("ended");
  body.builder().boolean(report.ended);
  if (report.ended) body.member(report.succeeded ? "result" : "error", report.outcome);
  body.builder().end_object();
  body.answer(exchange);
}

}  // namespace slipway::api
