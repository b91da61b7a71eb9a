// Requests that mean the same and are written otherwise: a model must not tell them apart.
#pragma once

#include <string>
#include <string_view>

#include "authoring/shrink.hpp"
#include "authoring/tested_model.hpp"
#include "document/json_tree.hpp"

namespace slipway::authoring {

enum class Respelling { reordered_members, equal_numbers };
constexpr Respelling kRespellings[] = {Respelling::reordered_members, Respelling::equal_numbers};

std::string_view to_text(Respelling respelling);

// The members of all objects in the opposite order; or 1 for 1.0 and 1.0 for 1, as far as both are the same
// number.
document::Json respell(const document::Json& document, Respelling respelling);

struct SameAnswer {
  bool compared = false;   // both were answered
  std::string difference;  // empty: alike, or not compared
};

// A model that answers one and the same request now so, now so, is not found wanting here: that is another
// check's.
SameAnswer compare_answers(TestedModel& model, const document::Json& request, Respelling respelling);

}  // namespace slipway::authoring
