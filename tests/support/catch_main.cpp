// The main function of every unit test, and a reporter that speaks TAP with one line a test case, so that
// meson counts cases. (Catch2's own TAP reporter counts assertions.)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

namespace {

class CaseReporter : public Catch::StreamingReporterBase<CaseReporter> {
 public:
  explicit CaseReporter(const Catch::ReporterConfig& config) : StreamingReporterBase(config) {
    m_reporterPrefs.shouldRedirectStdOut = false;
  }
  static std::string getDescription() { return "TAP, one line a test case"; }

  void assertionStarting(const Catch::AssertionInfo&) override {}
  bool assertionEnded(const Catch::AssertionStats& stats) override {
    const Catch::AssertionResult& result = stats.assertionResult;
    if (result.isOk()) return true;
    stream << "# " << result.getSourceInfo() << ": " << result.getExpression();
    if (result.hasExpandedExpression()) stream << "  is  " << one_line(result.getExpandedExpression());
    if (result.hasMessage()) stream << "  " << one_line(result.getMessage());
    for (const Catch::MessageInfo& info : stats.infoMessages)
      stream << "\n#   with " << one_line(info.message);
    stream << std::endl;
    return true;
  }
  void testCaseEnded(const Catch::TestCaseStats& stats) override {
    stream << (stats.totals.assertions.allOk() ? "ok " : "not ok ") << ++count_ << " - "
           << one_line(stats.testInfo.name) << std::endl;
    StreamingReporterBase::testCaseEnded(stats);
  }
  void testRunEnded(const Catch::TestRunStats& stats) override {
    stream << "1.." << count_ << std::endl;
    StreamingReporterBase::testRunEnded(stats);
  }

 private:
  static std::string one_line(std::string text) {
    for (char& c : text)
      if (c == '\n' || c == '#') c = ' ';
    return text;
  }
  int count_ = 0;
};

CATCH_REGISTER_REPORTER("cases", CaseReporter)

}  // namespace
