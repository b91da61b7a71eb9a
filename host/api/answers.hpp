// Outcomes of predictions as HTTP answers.
#pragma once

#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "model/call.hpp"

namespace slipway::api {

// The answer to a call that has ended; the response's body holds the JSON text already when it was answered.
void answer_call(http::Exchange& exchange, const model::Call& call);

// 429 or 503 with Retry-After.
void answer_busy(http::Exchange& exchange, int status, std::string_view detail);

void answer_problem(http::Exchange& exchange, int status, std::string_view detail);

// 422, with each reason.
void answer_violations(http::Exchange& exchange, std::string_view detail,
                       const std::vector<schema::Violation>& violations);

// Whether the request's body is JSON by its Content-Type (one that is missing is taken for JSON). If not:
// answers 415.
bool accept_content_type(http::Exchange& exchange);

}  // namespace slipway::api
