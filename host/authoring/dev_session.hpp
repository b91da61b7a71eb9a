// `slipway dev`: builds a project, serves it, and does so again whenever a file is saved. What answers goes
// on answering until the next version has been built and has passed its gates.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "authoring/dev_view.hpp"
#include "authoring/program.hpp"
#include "authoring/project.hpp"
#include "authoring/source_watch.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace slipway::authoring {

struct DevOptions {
  std::string listen = "127.0.0.1:8080";
  std::filesystem::path program = "/proc/self/exe";  // `slipway`
  std::filesystem::path prefix;                      // where the SDK is installed
};

// Its own files are in build/slipway-dev of the project.
class DevSession {
 public:
  DevSession(Project project, DevOptions options, DevView& view);

  // Until SIGINT or SIGTERM, which the caller has blocked in every thread. The error: there is no host to
  // build for (the address is in use, the folder cannot be watched).
  Status run();

 private:
  Status start_host();
  void begin_build();
  void begin_next_command();
  void end_build(bool succeeded);
  void hear_build();
  Status hear_host();
  void hear_host_line(std::string_view line);
  void hear_change();
  int wait_for_something(int signals);
  std::string by_source(std::string text) const;
  std::filesystem::path staged_folder() const { return own_folder_ / "models" / "model"; }

  const Project project_;
  const DevOptions options_;
  DevView& view_;
  const std::filesystem::path own_folder_;
  std::optional<SourceWatch> watch_;
  std::optional<Program> host_;
  std::string host_said_;  // the beginning of a line
  bool listens_ = false;
  bool serves_ = false;
  int cases_ = 0;  // golden ones, that the version which was loaded last has passed

  std::optional<Program> build_;
  std::vector<std::vector<std::string>> commands_;  // of the build, still to come
  std::string build_said_;
  Nanoseconds build_began_ = 0;

  struct Timing {
    Nanoseconds saved = 0;  // CLOCK_MONOTONIC
    Nanoseconds build = 0;  // how long it took
  };
  Nanoseconds saved_ = 0;  // when a file was last saved that is not built yet; 0: none
  Timing building_;        // of what is built now
  Timing staged_;          // of what the host tries now, or serves
  std::string changed_;    // the file
};

}  // namespace slipway::authoring
