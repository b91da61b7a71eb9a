// A report for programs: as JSON, and as the JUnit XML that continuous integration reads.
#pragma once

#include <string>

#include "authoring/test_report.hpp"

namespace slipway::authoring {

// One object: model, passed, findings (how many), seconds, seed, checks (kind, name, figure, notes, findings,
// skipped).
std::string report_as_json(const TestReport& report, std::uint64_t seed);

// A test suite for each kind, a test case for each check.
std::string report_as_junit(const TestReport& report);

}  // namespace slipway::authoring
