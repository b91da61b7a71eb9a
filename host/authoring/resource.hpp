// The resource kind of test: what does a model cost, and does it keep to itself? Latency, memory, globals,
// threads, determinism, locale, loading and unloading, each seen in processes of their own.
#pragma once

#include <cstdint>

#include "authoring/test_report.hpp"
#include "authoring/tested_model.hpp"

namespace slipway::authoring {

void test_resources(const TestSubject& subject, std::uint64_t seed, TestReport& report);

}  // namespace slipway::authoring
