#include "api/answers.hpp"

#include <array>
#include <string>

#include "api/media_type.hpp"
#include "http/problem.hpp"
#include "schema/schema.hpp"

namespace slipway::api {
namespace {

bool ends_with_json(std::string_view type) {
  return type.size() > 5 && equals_ignoring_case(type.substr(type.size() - 5), "+json");
}

// The parameters of a media type: only a charset other than UTF-8 makes a difference.
bool foreign_charset(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = trim(take_until(parameters, ';'));
    if (parameter.size() < 8 || !equals_ignoring_case(parameter.substr(0, 8), "charset=")) continue;
    std::string_view charset = parameter.substr(8);
    if (charset.size() >= 2 && charset.front() == '"' && charset.back() == '"')
      charset = charset.substr(1, charset.size() - 2);
    if (!equals_ignoring_case(charset, "utf-8") && !equals_ignoring_case(charset, "us-ascii")) return true;
  }
  return false;
}

}  // namespace

void answer_problem(http::Exchange& exchange, int status, std::string_view detail) {
  http::Problem problem;
  problem.status = status;
  problem.detail = detail;
  http::answer_problem(exchange, problem);
}

void answer_busy(http::Exchange& exchange, int status, std::string_view detail) {
  exchange.response().add_header("Retry-After", "1");
  answer_problem(exchange, status, detail);
}

void answer_call(http::Exchange& exchange, const model::Call& call) {
  if (call.outcome == model::Outcome::answered) {
    exchange.response().set_content_type("application/json");
    return;
  }
  std::array<http::ProblemItem, schema::Schema::kMostViolations> items;
  std::size_t count = 0;
  for (const schema::Violation& violation : call.violations)
    if (count < items.size()) items[count++] = {violation.pointer, violation.keyword, violation.message};
  // What is wrong with one value is said like a schema's violation, so that a client finds every pointer in
  // one place.
  if (count == 0 && !call.error.pointer.empty())
    items[count++] = {call.error.pointer, call.outcome == model::Outcome::malformed ? "json" : "model",
                      call.error.message};
  http::Problem problem;
  problem.status = model::http_status(call.outcome);
  problem.detail = call.error.message;
  problem.errors = {items.data(), count};
  if (call.outcome == model::Outcome::unavailable) exchange.response().add_header("Retry-After", "1");
  http::answer_problem(exchange, problem);
}

void answer_violations(http::Exchange& exchange, std::string_view detail,
                       const std::vector<schema::Violation>& violations) {
  std::vector<http::ProblemItem> items;
  for (const schema::Violation& violation : violations)
    items.push_back({violation.pointer, violation.keyword, violation.message});
  http::Problem problem;
  problem.status = 422;
  problem.detail = detail;
  problem.errors = items;
  http::answer_problem(exchange, problem);
}

bool accept_content_type(http::Exchange& exchange) {
  const auto header = exchange.request().header("Content-Type");
  if (!header) return true;
  std::string_view parameters = *header;
  const std::string_view type = trim(take_until(parameters, ';'));
  const bool json = equals_ignoring_case(type, "application/json") || ends_with_json(type);
  if (json && !foreign_charset(parameters)) return true;
  const std::string detail = (json ? "the body must be UTF-8, but the Content-Type is \""
                                   : "the body must be JSON, but the Content-Type is \"") +
                             std::string(header->substr(0, 100)) + "\"; send Content-Type: application/json";
  answer_problem(exchange, 415, detail);
  return false;
}

}  // namespace slipway::api
