// The predictive kind of test: is the model right? Golden cases, and metrics over data sets.
#pragma once

#include "authoring/test_report.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

void test_predictions(const TestSubject& subject, TestReport& report);

}  // namespace slipway::authoring
