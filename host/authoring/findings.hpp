// What `slipway test` has to say: checks, and what each has found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace slipway::authoring {

// In the order in which they run.
enum class TestKind { predictive, contract, resource, integration };
constexpr TestKind kTestKinds[] = {TestKind::predictive, TestKind::contract, TestKind::resource,
                                   TestKind::integration};
std::string_view to_text(TestKind kind);

// One thing that is wrong with the model.
struct Finding {
  std::string what;     // a sentence; may have further lines
  std::string request;  // JSON text that shows it, as small as could be; empty: it is about no one request
  std::string command;  // a shell's line that shows it again; may be empty
};

// One thing that was looked at. It passed when nothing was found and it was not skipped.
struct Check {
  std::string name;
  std::string figure = {};              // what was counted or measured
  std::vector<std::string> notes = {};  // further lines, whatever the outcome
  std::vector<Finding> findings = {};
  std::string skipped = {};  // why it could not be looked at; empty: it was
  Nanoseconds took = 0;      // filled in by the report

  bool passed() const { return findings.empty() && skipped.empty(); }
};

}  // namespace slipway::authoring
