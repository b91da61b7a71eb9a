// The contract kind of test: whatever a request is, is it refused for the right reason or answered as
// promised? Requests are made up from the request schema, then damaged as data is (authoring/mistakes.hpp).
#pragma once

#include <cstdint>

#include "authoring/test_report.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

// The same seed and number of cases make the same requests. What is found is shrunk before it is reported.
void test_contract(const TestSubject& subject, std::uint64_t seed, std::uint32_t cases, TestReport& report);

}  // namespace slipway::authoring
