// An experiment with a model: a sandboxed child of this program loads it, calls it again and again in one
// way, and tells what it has seen. What a model does to itself in the long run shows there: `slipway test`
// asks for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/bundle.hpp"
#include "plugin/stored_library.hpp"
#include "worker/message.hpp"

namespace slipway::worker {

struct ExaminationOptions {
  Experiment experiment = Experiment::alone;
  std::uint64_t seed = 1;                            // of the requests that are made up; 0: none are
  std::filesystem::path program = "/proc/self/exe";  // tests are not `slipway`, and name it
};

struct Examination {
  std::vector<Observed> observed;  // in the order in which it was seen
  std::string failure;             // how the child ended before its time, in words; empty: it did not
  std::string request;             // that was being answered then; may be empty

  // The first that was observed of this kind; null when none was.
  const Observed* find(std::string_view what) const;
};

// The requests are those of golden cases that may run, and others made up from the schema. The error: no
// child could be started. The calling thread waits; see worker/child.hpp.  [control]
Result<Examination> examine(const model::Bundle& bundle, const plugin::StoredLibrary& plugin,
                            const ExaminationOptions& options);

}  // namespace slipway::worker
