#include "authoring/test_kit.hpp"

#include <algorithm>

#include "authoring/contract.hpp"
#include "authoring/integration.hpp"
#include "authoring/predictive.hpp"
#include "authoring/resource.hpp"

namespace slipway::authoring {

void run_tests(const TestSubject& subject, const TestOptions& options, TestReport& report) {
  for (const TestKind kind : kTestKinds) {
    if (!options.only.empty() &&
        std::find(options.only.begin(), options.only.end(), kind) == options.only.end())
      continue;
    report.begin(kind);
    switch (kind) {
      case TestKind::predictive:
        test_predictions(subject, report);
        break;
      case TestKind::contract:
        test_contract(subject, options.seed, options.cases, report);
        break;
      case TestKind::resource:
        test_resources(subject, options.seed, report);
        break;
      case TestKind::integration:
        test_integration(subject, report);
        break;
    }
  }
}

}  // namespace slipway::authoring
