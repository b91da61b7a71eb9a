// The smallest host that can run a model: it keeps what the model logs, records, writes and complains about.
#pragma once

#include <slipway/plugin.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "document/builder.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"

namespace slipway::test {

inline slw_string c_text(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string copy(slw_string text) {
  return {text.data, text.size};
}

inline document::Document parse(std::string_view json) {
  document::Document parsed;
  const Status read = document::read_json(json, parsed);
  INFO(json);
  REQUIRE(read.ok());
  return parsed;
}

// A writer that builds a document, as the host's does.
class Writer : public slw_writer {
 public:
  Writer() : slw_writer{&kTable} { builder_.start(written); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  bool complete() { return builder_.finish().ok(); }

  document::Document written;

 private:
  static document::Builder& builder(slw_writer* out) { return static_cast<Writer*>(out)->builder_; }
  static slw_status status(bool taken) { return taken ? SLW_OK : SLW_FAILED; }

  static const slw_writer_table kTable;
  document::Builder builder_;
};

inline const slw_writer_table Writer::kTable = {
    sizeof(slw_writer_table),
    0,
    [](slw_writer* out) { return status(builder(out).null()); },
    [](slw_writer* out, std::int32_t value) { return status(builder(out).boolean(value != 0)); },
    [](slw_writer* out, std::int64_t value) { return status(builder(out).int64(value)); },
    [](slw_writer* out, std::uint64_t value) { return status(builder(out).uint64(value)); },
    [](slw_writer* out, double value) { return status(builder(out).float64(value)); },
    [](slw_writer* out, const char* text, std::size_t size) {
      return status(builder(out).string({text, size}));
    },
    [](slw_writer* out) { return status(builder(out).begin_object()); },
    [](slw_writer* out, const char* text, std::size_t size) {
      return status(builder(out).key({text, size}));
    },
    [](slw_writer* out) { return status(builder(out).end_object()); },
    [](slw_writer* out) { return status(builder(out).begin_array()); },
    [](slw_writer* out) { return status(builder(out).end_array()); },
    [](slw_writer* out, std::uint32_t type, std::uint32_t rank, const std::uint64_t* shape,
       const void* data) {
      return status(builder(out).tensor(static_cast<slw_type>(type), {shape, rank}, data));
    },
};

struct Outcome {
  slw_status status = SLW_OK;
  std::string message;
  std::string pointer;
  std::string json;  // of the response, where the status is SLW_OK
};

class Host {
 public:
  Host() {
    table_.c = {sizeof(slw_host), SLW_ABI_MINOR, log, metric, record, now, extension};
    table_.self = this;
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  const slw_host* c() const { return &table_.c; }

  std::vector<std::string> lines;         // "LEVEL REQUEST-ID MESSAGE"
  std::map<std::string, double> metrics;  // what was recorded last
  std::int64_t time_ns = 1'000;

 private:
  struct Table {
    slw_host c;
    Host* self;
  };
  static Host& self(const slw_host* host) { return *reinterpret_cast<const Table*>(host)->self; }

  static void log(const slw_host* host, const slw_call* call, std::int32_t level, slw_string message) {
    self(host).lines.push_back(std::to_string(level) + " " +
                               (call == nullptr ? "-" : copy(call->request_id)) + " " + copy(message));
  }
  static std::uint32_t metric(const slw_host* host, std::int32_t kind, slw_string name, slw_string) {
    self(host).names_.push_back(std::to_string(kind) + " " + copy(name));
    return static_cast<std::uint32_t>(self(host).names_.size());
  }
  static void record(const slw_host* host, std::uint32_t handle, double value) {
    self(host).metrics[self(host).names_.at(handle - 1)] = value;
  }
  static std::int64_t now(const slw_host* host) { return self(host).time_ns; }
  static const void* extension(const slw_host*, const char*) { return nullptr; }

  Table table_;
  std::vector<std::string> names_;
};

// A plugin's table with a model made from it. `outcome` says how that went.
class LoadedModel {
 public:
  LoadedModel(const slw_plugin& plugin, const Host& host, std::string_view parameters = "{}",
              const std::string& directory = "/nowhere", std::string_view version = "1.2.3")
      : plugin_(plugin), parameters_(parse(parameters)) {
    const SetupCall setup{{sizeof(slw_setup), 0, host.c(), c_text("doubler"), c_text(version),
                           c_text(directory), parameters_.root().node(), fail_setup},
                          &outcome};
    outcome.status = plugin_.create(&setup.c, &model_);
  }
  ~LoadedModel() {
    if (outcome.status == SLW_OK) plugin_.destroy(model_);
  }
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  Outcome predict(std::string_view request_json) { return predict(parse(request_json).root()); }

  Outcome predict(document::Value request) {
    Writer writer;
    Call call{{sizeof(slw_call), 0, request.node(), parameters_.root().node(), &writer, deadline_ns,
               c_text("r-1"), is_cancelled, fail_call},
              {},
              cancelled};
    call.outcome.status = plugin_.predict(model_, &call.c);
    if (call.outcome.status == SLW_OK) {
      REQUIRE(writer.complete());
      call.outcome.json = document::to_json(writer.written.root());
    }
    return call.outcome;
  }

  Outcome outcome;
  std::int64_t deadline_ns = INT64_MAX;
  bool cancelled = false;

 private:
  struct Call {
    slw_call c;
    Outcome outcome;
    bool cancelled;
  };
  struct SetupCall {
    slw_setup c;
    Outcome* outcome;
  };

  static std::int32_t is_cancelled(const slw_call* call) {
    return reinterpret_cast<const Call*>(call)->cancelled;
  }
  static slw_status fail_call(const slw_call* call, slw_status status, slw_string message,
                              slw_string pointer) {
    Outcome& outcome = const_cast<Call*>(reinterpret_cast<const Call*>(call))->outcome;
    outcome.message = copy(message);
    outcome.pointer = copy(pointer);
    return status;
  }
  static slw_status fail_setup(const slw_setup* setup, slw_status status, slw_string message) {
    reinterpret_cast<const SetupCall*>(setup)->outcome->message = copy(message);
    return status;
  }

  slw_plugin plugin_;
  document::Document parameters_;
  void* model_ = nullptr;
};

}  // namespace slipway::test
