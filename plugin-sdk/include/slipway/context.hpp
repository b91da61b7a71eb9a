// What a model is told, and what it may ask of the host: Setup while it is made, Context in each prediction.
#pragma once

#include <slipway/failure.hpp>
#include <slipway/value.hpp>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace slipway {

enum class LogLevel : std::int32_t {
  debug = SLW_LOG_DEBUG,
  info = SLW_LOG_INFO,
  warning = SLW_LOG_WARNING,
  error = SLW_LOG_ERROR,
};

namespace detail {

inline slw_string to_c(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view to_view(slw_string text) {
  return {text.data, text.size};
}

}  // namespace detail

// A metric of the model's own. Copy it freely and keep it in the model; record from any thread.
class Metric {
 public:
  // Records nothing.
  Metric() = default;
  Metric(const slw_host* host, std::uint32_t handle) : host_(host), handle_(handle) {}

  // Adds to a counter, sets a gauge, observes in a histogram.
  void record(double value) const noexcept {
    if (host_ != nullptr) host_->record(host_, handle_, value);
  }

 private:
  const slw_host* host_ = nullptr;
  std::uint32_t handle_ = 0;
};

// What a model is made from. It, and every text it hands out, lives until the constructor returns: copy what
// is kept.
class Setup {
 public:
  explicit Setup(const slw_setup& setup)
      : setup_(setup), parameters_(setup.parameters, Document::Role::parameters) {}
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  // From the manifest.
  std::string_view name() const { return detail::to_view(setup_.name); }
  std::string_view version() const { return detail::to_view(setup_.version); }
  // The manifest's `parameters` with the operator's overrides, an object. Context has them again in each
  // prediction.
  Value parameters() const { return parameters_.root(); }

  // The bundle, which is read-only; data files are below it, in data/.
  std::string_view directory() const { return detail::to_view(setup_.directory); }
  // The path of a file of the bundle ("data/weights.txt").
  std::string path(std::string_view relative) const {
    return std::string(directory()).append("/").append(relative);
  }
  // Opens a file of the bundle to be read as it is, byte by byte; throws with its path and the reason if that
  // fails.
  std::ifstream open(std::string_view relative) const {
    const std::string file = path(relative);
    std::ifstream stream(file, std::ios::in | std::ios::binary);
    if (!stream)
      throw std::runtime_error("cannot open " + file + ": " + std::generic_category().message(errno));
    return stream;
  }

  void log(LogLevel level, std::string_view message) const {
    setup_.host->log(setup_.host, nullptr, static_cast<std::int32_t>(level), detail::to_c(message));
  }

  // Metrics by name ([a-z_][a-z0-9_]*); the host adds a prefix and the model's labels.
  Metric counter(std::string_view name, std::string_view help) const {
    return metric(SLW_METRIC_COUNTER, name, help);
  }
  Metric gauge(std::string_view name, std::string_view help) const {
    return metric(SLW_METRIC_GAUGE, name, help);
  }
  Metric histogram(std::string_view name, std::string_view help) const {
    return metric(SLW_METRIC_HISTOGRAM, name, help);
  }

  // For what this class does not cover (extensions).
  const slw_setup& c() const { return setup_; }

 private:
  Metric metric(std::int32_t kind, std::string_view name, std::string_view help) const {
    return {setup_.host, setup_.host->metric(setup_.host, kind, detail::to_c(name), detail::to_c(help))};
  }

  const slw_setup& setup_;
  Document parameters_;
};

// One prediction's surroundings, for a model whose predict takes it as a third argument. Lives until predict
// returns. `cancelled` and `log` may be called from any thread, the rest from the one that predicts.
class Context {
 public:
  Context(const slw_host* host, const slw_call& call)
      : host_(host), call_(call), parameters_(call.parameters, Document::Role::parameters) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  std::string_view request_id() const { return detail::to_view(call_.request_id); }
  Value parameters() const { return parameters_.root(); }

  bool has_deadline() const { return call_.deadline_ns != INT64_MAX; }
  // Nanoseconds until the deadline; not positive once it has passed, INT64_MAX without one.
  std::int64_t remaining_ns() const {
    return has_deadline() ? call_.deadline_ns - host_->now_ns(host_) : INT64_MAX;
  }
  // Whether nobody waits for the answer any more (deadline passed, caller gone). Cheap: ask often in long
  // loops.
  bool cancelled() const { return call_.cancelled(&call_) != 0; }
  // Ends the prediction if that is so.
  void throw_if_cancelled() const {
    if (cancelled()) [[unlikely]]
      throw Cancelled(remaining_ns() <= 0);
  }

  // One line to the host's log, with the request's ID. Keep personal data out of it.
  void log(LogLevel level, std::string_view message) const {
    host_->log(host_, &call_, static_cast<std::int32_t>(level), detail::to_c(message));
  }

  const slw_call& c() const { return call_; }

 private:
  const slw_host* host_;
  const slw_call& call_;
  Document parameters_;
};

}  // namespace slipway
