// The host's log: one line an event, as JSON or for people, written by a thread of its own so that serving
// never waits for a disk or a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace slipway::telemetry {

enum class Level { debug, info, warning, error };
enum class LogFormat { console, json };

struct LogOptions {
  LogFormat format = LogFormat::console;
  Level level = Level::info;
  // Each line is written before log() returns: slow, but none is lost when the process crashes.
  bool at_once = false;
  // Lines that wait to be written, at most; each takes 400 bytes from the start on. A host that writes one
  // for every request wants more.
  std::size_t queue = 256;
};

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

// Before the first line, once; until then lines are dropped. Lines go to standard error.  [control]
Status start_log(const LogOptions& options);
// Writes what is queued and ends the log's thread.  [control]
void stop_log();

bool log_enabled(Level level);
// Never a request's or response's body, and nothing that a schema calls sensitive. When lines come faster
// than they can be written the oldest are dropped. Never throws.  [any]
void log(Level level, std::string_view message, std::initializer_list<Field> fields = {}) noexcept;

}  // namespace slipway::telemetry
