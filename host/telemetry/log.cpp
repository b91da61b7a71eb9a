#include "telemetry/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>

#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace slipway::telemetry {
namespace {

struct Logger {
  LogOptions options;
  std::shared_ptr<spdlog::logger> lines;
  std::shared_ptr<spdlog::details::thread_pool>
      thread;  // last: it ends, all lines written, before what it writes to does
};

// Published once by start_log; log() may run in any thread until stop_log.
std::unique_ptr<Logger> owner;
std::atomic<Logger*> current{nullptr};

const char* name_of(Level level) {
  constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
  return kNames[static_cast<int>(level)];
}

spdlog::level::level_enum spdlog_level(Level level) {
  constexpr spdlog::level::level_enum kLevels[] = {spdlog::level::debug, spdlog::level::info,
                                                   spdlog::level::warn, spdlog::level::err};
  return kLevels[static_cast<int>(level)];
}

// 2027-06-01T12:30:45.123Z
void append_time(PaddedBuffer& out) {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds = static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[40];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  out.append({text, size});
  const char fraction[] = {'.', static_cast<char>('0' + milliseconds / 100),
                           static_cast<char>('0' + milliseconds / 10 % 10),
                           static_cast<char>('0' + milliseconds % 10), 'Z'};
  out.append({fraction, sizeof fraction});
}

// Text from outside (a plugin, a file name) may be anything.
void append_safe_string(std::string_view text, PaddedBuffer& out) {
  append_json_string(is_utf8(text) ? text : "(not UTF-8)", out);
}

// For people: quotes only where white space or control characters would mislead.
void append_plain(std::string_view text, PaddedBuffer& out) {
  const bool plain = !text.empty() && is_utf8(text) &&
                     text.find_first_of(" \"=\\") == std::string_view::npos &&
                     std::string_view(text).find_first_of("\n\r\t\x1b") == std::string_view::npos;
  if (plain)
    out.append(text);
  else
    append_safe_string(text, out);
}

void append_value(const Field& field, bool json, PaddedBuffer& out) {
  if (const auto* text = std::get_if<std::string_view>(&field.value))
    return json ? append_safe_string(*text, out) : append_plain(*text, out);
  if (const auto* integer = std::get_if<std::int64_t>(&field.value))
    return out.append(std::to_string(*integer));
  if (const auto* truth = std::get_if<bool>(&field.value)) return out.append(*truth ? "true" : "false");
  out.append(std::to_string(std::get<double>(field.value)));
}

void append_json_line(Level level, std::string_view message, std::initializer_list<Field> fields,
                      PaddedBuffer& out) {
  out.append("{\"time\":\"");
  append_time(out);
  out.append("\",\"level\":\"");
  out.append(name_of(level));
  out.append("\",\"message\":");
  append_safe_string(message, out);
  for (const Field& field : fields) {
    out.append(",");
    append_json_string(field.name, out);
    out.append(":");
    append_value(field, true, out);
  }
  out.append("}");
}

void append_console_line(Level level, std::string_view message, std::initializer_list<Field> fields,
                         PaddedBuffer& out) {
  append_time(out);
  out.append(" ");
  out.append(name_of(level));
  out.append(" ");
  out.append(is_utf8(message) ? message : "(not UTF-8)");
  for (const Field& field : fields) {
    out.append("  ");
    out.append(field.name);
    out.append("=");
    append_value(field, false, out);
  }
}

}  // namespace

Status start_log(const LogOptions& options) {
  try {
    auto logger = std::make_unique<Logger>();
    logger->options = options;
    const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    if (options.at_once) {
      logger->lines = std::make_shared<spdlog::logger>("slipway", sink);
    } else {
      logger->thread = std::make_shared<spdlog::details::thread_pool>(options.queue, 1);
      logger->lines = std::make_shared<spdlog::async_logger>("slipway", sink, logger->thread,
                                                             spdlog::async_overflow_policy::overrun_oldest);
    }
    logger->lines->set_pattern("%v");
    logger->lines->set_level(spdlog_level(options.level));
    logger->lines->flush_on(spdlog::level::info);
    owner = std::move(logger);
    current.store(owner.get(), std::memory_order_release);
    return {};
  } catch (const std::exception& error) {
    return Error(Code::internal, std::string("cannot start the log: ") + error.what());
  }
}

void stop_log() {
  current.store(nullptr, std::memory_order_release);
  owner.reset();
}

bool log_enabled(Level level) {
  const Logger* const logger = current.load(std::memory_order_acquire);
  return logger != nullptr && level >= logger->options.level;
}

void log(Level level, std::string_view message, std::initializer_list<Field> fields) noexcept {
  Logger* const logger = current.load(std::memory_order_acquire);
  if (logger == nullptr || level < logger->options.level) return;
  try {
    PaddedBuffer line;
    if (logger->options.format == LogFormat::json)
      append_json_line(level, message, fields, line);
    else
      append_console_line(level, message, fields, line);
    logger->lines->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
  } catch (...) {
    // A line that cannot be made is lost: there is nobody to tell.
  }
}

}  // namespace slipway::telemetry
