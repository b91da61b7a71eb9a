// Errors as RFC 9457 problem details (application/problem+json).
#pragma once

#include <span>
#include <string_view>

#include "http/exchange.hpp"

namespace slipway::http {

// One violation of a schema.
struct ProblemItem {
  std::string_view pointer;  // RFC 6901, into the request's body
  std::string_view keyword;  // the schema keyword that refused the value
  std::string_view message;
};

struct Problem {
  int status = 500;
  std::string_view detail;                // for a person: what is wrong and how to mend it
  std::string_view type = "about:blank";  // a URI reference that names the kind of problem
  std::string_view title = {};            // empty: the status's standard phrase
  std::span<const ProblemItem> errors = {};
};

std::string_view reason_phrase(int status);  // "Not Found"; "Unknown" for a status it does not know

// Makes the whole response: what was in it before is dropped, save for headers that were added. Bytes that
// are not UTF-8 are replaced by '?', so that the answer is valid JSON whatever a detail quotes. Without
// memory for the text the status goes out with an empty body.
void answer_problem(Exchange& exchange, const Problem& problem) noexcept;

// The JSON text alone.
void append_problem(const Problem& problem, std::string_view request_id, PaddedBuffer& out);

}  // namespace slipway::http
