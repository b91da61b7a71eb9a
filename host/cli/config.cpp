#include "cli/config.hpp"

#include <sched.h>

#include <charconv>
#include <thread>

#include "base/file.hpp"
#include "base/units.hpp"
#include "document/json_writer.hpp"
#include "document/source_map.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {

extern const std::string_view kHostSchema;

namespace {

using document::Value;

constexpr std::size_t kConfigBytes = 1u << 20;

// One section of the file, whose form the schema has checked already.
struct Section {
  const slw_value* object;

  const slw_value* find(std::string_view key) const {
    return object == nullptr ? nullptr : Value(object).find(key);
  }
  template <class Number>
  void number(std::string_view key, Number& out) const {
    if (const slw_value* const value = find(key)) out = static_cast<Number>(Value(value).int64());
  }
  void text(std::string_view key, std::string& out) const {
    if (const slw_value* const value = find(key)) out = Value(value).text();
  }
};

class Reader {
 public:
  Reader(const document::SourceMap& source, HostConfig& config) : source_(source), config_(config) {}

  Status read(Value root) {
    const Section top{root.node()};
    top.text("models", config_.models);
    top.text("store", config_.store);
    top.text("control", config_.control);
    top.text("takeover_socket", config_.takeover_socket);
    top.text("keys", config_.keys);
    const Section tls{top.find("tls")};
    tls.text("certificate", config_.tls.certificate);
    tls.text("key", config_.tls.key);
    std::string metrics;
    top.text("metrics", metrics);
    config_.open_metrics = metrics == "open";
    top.text("cache", config_.cache);
    top.number("threads", config_.threads);
    top.number("pool", config_.pool);
    read_listen(top.find("listen"));
    read_log({top.find("log")});
    read_limits({top.find("limits")});
    const Section folder{top.find("folder")};
    duration(folder, "/folder/settle", config_.folder.settle);
    duration(folder, "/folder/grace", config_.folder.grace);
    if (const auto gives_way = folder.find("gives_way"))
      config_.folder.gives_way = document::Value(gives_way).boolean();
    read_overrides(top.find("overrides"));
    if (top.find("idle")) duration(top, "/idle", config_.idle.labelled.emplace());
    if (top.find("idle_warm")) duration(top, "/idle_warm", config_.idle.unlabelled.emplace());
    return std::move(status_);
  }

 private:
  template <class Type>
  void take(const std::string& pointer, Result<Type> parsed, Type& out) {
    if (parsed)
      out = std::move(*parsed);
    else if (status_.ok())
      status_ =
          Error(Code::invalid_argument, source_.describe(pointer) + ": " + parsed.error().message, pointer);
  }

  void read_listen(const slw_value* listen) {
    if (listen == nullptr) return;
    config_.listen.clear();
    const auto add = [&](const std::string& pointer, Value address) {
      take(pointer, parse_listen(std::string(address.text())), config_.listen.emplace_back());
    };
    if (Value(listen).is_string()) return add("/listen", Value(listen));
    for (std::uint32_t i = 0; i < Value(listen).size(); ++i)
      add("/listen/" + std::to_string(i), Value(listen).element(i));
  }

  void read_log(Section log) {
    std::string text;
    if (log.text("format", text); !text.empty())
      take("/log/format", parse_log_format(text), config_.log.format);
    text.clear();
    if (log.text("level", text); !text.empty()) take("/log/level", parse_log_level(text), config_.log.level);
    text.clear();
    if (log.text("requests", text); !text.empty())
      take("/log/requests", parse_request_log(text), config_.request_log);
  }

  template <class Bytes>
  void size(Section limits, const std::string& pointer, Bytes& out) {
    const std::string key = pointer.substr(pointer.rfind('/') + 1);
    if (const slw_value* const value = limits.find(key); value != nullptr && Value(value).is_integer()) {
      out = static_cast<Bytes>(Value(value).number());
      return;
    }
    std::string text;
    if (limits.text(key, text); text.empty()) return;
    std::uint64_t bytes = out;
    take(pointer, parse_size(text), bytes);
    out = bytes;
  }
  void duration(Section section, std::string_view pointer, Nanoseconds& out) {
    std::string text;
    if (section.text(pointer.substr(pointer.rfind('/') + 1), text); !text.empty())
      take(std::string(pointer), parse_duration(text), out);
  }

  void read_limits(Section limits) {
    size(limits, "/limits/body", config_.http.max_body_bytes);
    size(limits, "/limits/header", config_.http.max_header_bytes);
    size(limits, "/limits/bodies", config_.http.max_bodies_bytes);
    size(limits, "/limits/target", config_.http.max_target_bytes);
    limits.number("gzip_ratio", config_.http.max_gzip_ratio);
    limits.number("headers", config_.http.max_headers);
    limits.number("connections", config_.http.max_connections);
    limits.number("connections_per_address", config_.http.max_connections_of_client);
    limits.number("pipelined", config_.http.max_pipelined);
    limits.number("depth", config_.document.depth);
    limits.number("values", config_.document.nodes);
    duration(limits, "/limits/header_timeout", config_.http.header_timeout);
    duration(limits, "/limits/body_timeout", config_.http.body_timeout);
    size(limits, "/limits/body_rate", config_.http.body_rate);
    duration(limits, "/limits/body_rate_window", config_.http.body_rate_window);
    duration(limits, "/limits/idle_timeout", config_.http.idle_timeout);
    duration(limits, "/limits/write_timeout", config_.http.write_timeout);
    duration(limits, "/limits/drain", config_.drain);
    duration(limits, "/limits/probe", config_.probe);
    constexpr std::size_t kStep = 64 * 1024;  // in which the memory of bodies is counted
    const std::size_t most = config_.http.max_body_bytes;
    if (status_.ok() && config_.http.all_bodies() / kStep < most / kStep + (most % kStep != 0 ? 1 : 0))
      status_ = Error(Code::invalid_argument, source_.describe("/limits/bodies") +
                                                  ": all bodies together must be allowed as much memory as "
                                                  "one (limits.body), in steps of 64 KiB");
  }

  void read_overrides(const slw_value* models) {
    for (std::uint32_t i = 0; models != nullptr && i < Value(models).size(); ++i) {
      const std::string model(Value(models).key(i));
      const Section override{Value(models).member(i).node()};
      const std::string pointer = "/overrides/" + model;
      read_override(pointer, override, config_.overrides[model]);
      if (override.find("idle")) duration(override, pointer + "/idle", config_.idle.of_model[model]);
    }
  }
  void read_override(const std::string& pointer, Section section, model::Overrides& out) {
    if (const slw_value* const parameters = section.find("parameters"))
      out.parameters = document::to_json(Value(parameters));
    const slw_value* const secrets = section.find("secrets");
    for (std::uint32_t i = 0; secrets != nullptr && i < Value(secrets).size(); ++i) {
      const Value source = Value(secrets).member(i);
      out.secrets[std::string(Value(secrets).key(i))] = {model::text_or(source, "file", ""),
                                                         model::text_or(source, "env", "")};
    }
    const Section limits{section.find("limits")};
    if (limits.find("concurrency")) limits.number("concurrency", out.concurrency.emplace());
    if (limits.find("queue")) limits.number("queue", out.queue.emplace());
    if (limits.find("timeout")) duration(limits, pointer + "/limits/timeout", out.timeout.emplace());
    if (limits.find("memory")) size(limits, pointer + "/limits/memory", out.memory.emplace());
    const Section grants{section.find("grants")};
    if (const slw_value* const network = grants.find("network"))
      out.grants.network = Value(network).boolean();
    const slw_value* const folders = grants.find("files");
    for (std::uint32_t i = 0; folders != nullptr && i < Value(folders).size(); ++i)
      out.grants.folders.emplace_back(Value(folders).element(i).text());
    const Section workers{section.find("workers")};
    if (workers.find("min")) workers.number("min", out.least_workers.emplace());
    if (workers.find("max")) workers.number("max", out.most_workers.emplace());
    const Section batching{section.find("batching")};
    if (batching.find("size")) batching.number("size", out.batch_size.emplace());
    if (const slw_value* const delay = batching.find("delay"); delay != nullptr && Value(delay).is_string())
      duration(batching, pointer + "/batching/delay", out.batch_delay.emplace());
    else if (delay != nullptr)
      out.batch_delay = 0;
    std::string isolation;
    section.text("isolation", isolation);
    if (isolation == "in-process") out.isolation = model::Isolation::in_process;
    if (isolation == "process") out.isolation = model::Isolation::process;
    std::string execution;
    section.text("execution", execution);
    if (execution == "auto") out.execution = model::Execution::automatic;
    if (execution == "inline") out.execution = model::Execution::inline_always;
    if (execution == "pool") out.execution = model::Execution::pool;
  }

  const document::SourceMap& source_;
  HostConfig& config_;
  Status status_;
};

template <class Type>
Result<Type> choose(const std::string& text, std::initializer_list<std::pair<const char*, Type>> choices) {
  std::string names;
  for (const auto& [name, value] : choices) {
    if (text == name) return value;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return Error(Code::invalid_argument, "\"" + text + "\" should be one of " + names);
}

}  // namespace

Result<telemetry::LogFormat> parse_log_format(const std::string& text) {
  return choose<telemetry::LogFormat>(
      text, {{"console", telemetry::LogFormat::console}, {"json", telemetry::LogFormat::json}});
}

Result<telemetry::Level> parse_log_level(const std::string& text) {
  return choose<telemetry::Level>(text, {{"debug", telemetry::Level::debug},
                                         {"info", telemetry::Level::info},
                                         {"warning", telemetry::Level::warning},
                                         {"error", telemetry::Level::error}});
}

Result<api::RequestLog> parse_request_log(const std::string& text) {
  return choose<api::RequestLog>(
      text,
      {{"none", api::RequestLog::none}, {"errors", api::RequestLog::errors}, {"all", api::RequestLog::all}});
}

Result<http::ListenAddress> parse_listen(const std::string& text) {
  const Error refused(
      Code::invalid_argument,
      "\"" + text + "\" should be an address and a port, such as 127.0.0.1:8080, 0.0.0.0:8080 or [::1]:8080");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos) return refused;
  http::ListenAddress address;
  address.host = text.substr(0, colon);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']')
    address.host = address.host.substr(1, address.host.size() - 2);
  else if (address.host.find(':') != std::string::npos)
    return refused;
  if (address.host.empty()) address.host = "0.0.0.0";
  if (address.host == "localhost") address.host = "127.0.0.1";
  const char* const begin = text.data() + colon + 1;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(begin, end, address.port);
  if (error != std::errc() || at != end) return refused;
  return address;
}

unsigned usable_cores() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
  const unsigned cores = std::thread::hardware_concurrency();
  return cores == 0 ? 1 : cores;
}

Status read_config(const std::string& file, HostConfig& config) {
  const Result<std::string> text = read_file(file, kConfigBytes);
  if (!text) return text.error();
  document::Document document;
  document::SourceMap source(file);
  const std::shared_ptr<const schema::Schema> schema = model::own_schema(kHostSchema, "schemas/slipway.yaml");
  if (Status read = model::read_checked_yaml(*text, *schema, document, source); !read) return read;
  return Reader(source, config).read(document.root());
}

}  // namespace slipway::cli
