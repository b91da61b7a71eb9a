// The host's configuration: defaults, overlaid by slipway.yaml, overlaid by environment and flags.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/predict.hpp"
#include "base/result.hpp"
#include "document/limits.hpp"
#include "http/server.hpp"
#include "lifecycle/folder.hpp"
#include "lifecycle/idle_keeper.hpp"
#include "model/overrides.hpp"
#include "telemetry/log.hpp"
#include "worker/probe.hpp"

namespace slipway::cli {

struct HostConfig {
  std::string models;
  lifecycle::FolderOptions folder;
  std::string store;            // instead of `models`
  std::string control;          // the socket for operators; empty: in the store
  std::string takeover_socket;  // where a new host takes this one over; empty: in the store, if there is one
  bool takeover = false;        // takes the host over that listens there
  std::string keys;             // the file of callers' keys; empty: nobody needs one
  bool open_metrics = false;    // without a key
  http::TlsFiles tls;           // none: plain HTTP
  std::vector<http::ListenAddress> listen{http::ListenAddress{}};
  unsigned threads = 0;  // 0: one a core that this process may use
  std::size_t pool = 64;
  std::string cache;
  telemetry::LogOptions log;
  api::RequestLog request_log = api::RequestLog::errors;
  http::Limits http;
  document::Limits document;
  Nanoseconds drain = 30 * kSecond;
  Nanoseconds probe = worker::ProbeOptions{}.budget;
  std::map<std::string, model::Overrides> overrides;  // by the model's name
  lifecycle::IdlePolicy idle;
};

// Overlays what the file says (schemas/slipway.yaml). The error names all that is wrong, with line and
// column.
Status read_config(const std::string& file, HostConfig& config);

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every IPv4 address), "localhost:8080".
Result<http::ListenAddress> parse_listen(const std::string& text);

Result<telemetry::LogFormat> parse_log_format(const std::string& text);
Result<telemetry::Level> parse_log_level(const std::string& text);
Result<api::RequestLog> parse_request_log(const std::string& text);

unsigned usable_cores();

}  // namespace slipway::cli
