// The probe: a throw-away, sandboxed child of this program loads a plugin, creates its model, runs the
// bundle's golden cases through the code that serves traffic, destroys and unloads, before the host loads
// the same bytes. A plugin that crashes, hangs or leaves something behind is a finding then, and no harm.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/bundle.hpp"
#include "plugin/stored_library.hpp"

namespace slipway::worker {

struct ProbeOptions {
  std::filesystem::path program = "/proc/self/exe";  // tests are not `slipway`, and name it
  // Neither counts the time in which the child waits for a core; see worker/deadlines.hpp.
  Nanoseconds budget = 60 * kSecond;       // for all of it
  Nanoseconds case_budget = 10 * kSecond;  // for one golden case; at least the manifest's timeout
  std::string parameters = "{}";           // what an operator sets; see model/overrides.hpp
};

struct FailedCase {
  std::string name;
  std::string place;       // file:line:column
  std::string difference;  // what is not as expected
};

struct ProbeReport {
  static constexpr std::size_t kMostFailures = 100;
  static constexpr std::size_t kMostTimes = 10'000;

  std::size_t cases = 0;                   // golden cases that ran: all that may gate
  std::size_t failed = 0;                  // of these
  std::vector<FailedCase> failures;        // the first kMostFailures
  std::vector<Nanoseconds> predict_times;  // of the first kMostTimes, in the model alone
  std::size_t threads = 0;                 // that the model had of its own after its last case
  std::string pinned_by;        // why the library is still mapped after unloading; empty: it is not
  std::string sandbox;          // the pieces in force
  std::string sandbox_missing;  // those this system does not have, with why
  std::string output;           // the last that the plugin wrote to standard output and error
  Nanoseconds took = 0;
};

// The error says at which step the plugin failed, crashed, or did not return, or what it left behind. Failed
// cases are no error here. The calling thread waits; see worker/child.hpp.  [control]
Result<ProbeReport> probe(const model::Bundle& bundle, const plugin::StoredLibrary& plugin,
                          const ProbeOptions& options);

// All cases passed; else an error that names the first ten that did not.
Status all_passed(const ProbeReport& report);

}  // namespace slipway::worker
