// From a document that shows a fault to a small one that shows it too: what can go goes, texts get shorter,
// numbers simpler, as long as the fault stays.
#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "document/json_tree.hpp"

namespace slipway::authoring {

struct ShrinkBudget {
  std::uint32_t attempts = 400;
  Nanoseconds time = 20 * kSecond;
};

// `fails`: whether a document still shows the fault; `document` does. Greedy, until nothing more can be left
// out or the budget is spent.
document::Json shrink(document::Json document, const std::function<bool(const document::Json&)>& fails,
                      const ShrinkBudget& budget = {});

}  // namespace slipway::authoring
