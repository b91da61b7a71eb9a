// The integration kind of test: the bundle in a real host of its own, over HTTP, with a swap to itself under
// load.
#pragma once

#include "authoring/test_report.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

void test_integration(const TestSubject& subject, TestReport& report);

}  // namespace slipway::authoring
