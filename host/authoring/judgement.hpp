// Whether an answer to a request that was made up is one that a model may give.
#pragma once

#include <optional>
#include <string>

#include "authoring/mistakes.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

struct Fault {
  std::string key;   // faults of the same key end alike
  std::string what;  // a sentence without its subject: "is answered 500: ..."
  bool ended_the_process = false;
  bool is_of_model = true;  // else it is about how the host has refused the request
};

// Elements of an array break alike, wherever they are.
std::string without_digits(std::string_view text);

// A request may be refused, by its schema or by the model with InvalidArgument, or answered as the response
// schema says; a crash, a hang, a failure and another response are faults.
std::optional<Fault> judge(const Answer& answer, Nanoseconds timeout);

// Whether a request with one mistake, at `pointer`, is refused for that: what breaks JSON as no JSON, and by
// `request` at its place (it, something in it, or what combines it with others around it). Where the schema
// has alternatives, any place may be the one that none of them takes.
std::optional<Fault> judge_refusal(const Answer& answer, MistakeKind mistake, std::string_view pointer,
                                   const schema::Schema& request);

}  // namespace slipway::authoring
