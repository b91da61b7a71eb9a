// `slipway test`: every kind of test that an author wants, in order.
#pragma once

#include <cstdint>
#include <vector>

#include "authoring/test_report.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

struct TestOptions {
  std::vector<TestKind> only;  // empty: all
  std::uint64_t seed = 1;      // of the documents that are made up
  std::uint32_t cases = 1000;  // how many of these
};

// The calling thread waits; the model's processes are its children.
void run_tests(const TestSubject& subject, const TestOptions& options, TestReport& report);

}  // namespace slipway::authoring
