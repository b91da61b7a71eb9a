// Plugins in C and C++, built by each compiler there is, are loaded and called through the ABI alone: the
// request is laid out by hand and the response recorded, so that nothing of the host's own code can make up
// for a difference.
#include <slipway/ext/batch.h>
#include <slipway/plugin.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "layout.h"
#include "plugin/library.hpp"

using namespace slipway;

namespace {

struct Recorder : slw_writer {
  std::string text;
};

template <class... Arguments>
slw_status note(slw_writer* out, const char* what, Arguments... arguments) {
  std::ostringstream line;
  line << what;
  ((line << ' ' << arguments), ...);
  static_cast<Recorder*>(out)->text += line.str() + "; ";
  return SLW_OK;
}

slw_writer_table recording_table() {
  slw_writer_table table{};
  table.size = sizeof table;
  table.float64 = [](slw_writer* out, double value) { return note(out, "float64", value); };
  table.begin_object = [](slw_writer* out) { return note(out, "begin_object"); };
  table.end_object = [](slw_writer* out) { return note(out, "end_object"); };
  table.key = [](slw_writer* out, const char* text, std::size_t size) {
    return note(out, "key", std::string(text, size));
  };
  return table;
}

// {"value": 21}, or {} when there are no members.
struct Request {
  slw_value nodes[3]{};
  char text[8] = "value";
  explicit Request(std::uint32_t members, std::int64_t value = 21) {
    nodes[0].kind = SLW_OBJECT;
    nodes[0].count = members;
    nodes[0].as.offset = sizeof(slw_value);
    nodes[1].kind = SLW_STRING;
    nodes[1].tag = slw_key_hash(text, 5);
    nodes[1].count = 5;
    nodes[1].as.offset = offsetof(Request, text) - sizeof(slw_value);
    nodes[2].kind = SLW_INT64;
    nodes[2].as.i64 = value;
  }
};

struct Call : slw_call {
  std::string failure;
  Call(const slw_value* node, slw_writer* out) : slw_call{} {
    size = sizeof(slw_call);
    request = parameters = node;
    response = out;
    deadline_ns = INT64_MAX;
    request_id = {"test", 4};
    cancelled = [](const slw_call*) { return 0; };
    fail = [](const slw_call* call, slw_status status, slw_string message, slw_string pointer) {
      const_cast<Call*>(static_cast<const Call*>(call))->failure =
          std::string(pointer.data, pointer.size) + ": " + std::string(message.data, message.size);
      return status;
    };
  }
};

std::vector<std::string> paths_in(const char* text) {
  std::vector<std::string> paths;
  std::istringstream list(text);
  for (std::string path; std::getline(list, path, ':');) paths.push_back(path);
  return paths;
}

plugin::Library load(const std::string& path) {
  auto stored = plugin::StoredLibrary::store(path, {}, {});
  if (!stored.ok()) FAIL(stored.error().message);
  auto library = plugin::Library::load(std::move(*stored));
  if (!library.ok()) FAIL(library.error().message);
  return std::move(*library);
}

}  // namespace

TEST_CASE("a plugin of any compiler answers through the ABI, and unloads") {
  const slw_writer_table table = recording_table();
  CHECK(paths_in(ABI_PLUGINS).size() >= 2);
  for (const std::string& path : paths_in(ABI_PLUGINS)) {
    INFO(path);
    plugin::Library library = load(path);
    const slw_plugin& entry = library.table();
    CHECK(entry.size == sizeof(slw_plugin));
    CHECK(entry.abi_minor == SLW_ABI_MINOR);

    slw_setup setup{};
    setup.size = sizeof setup;
    void* model = nullptr;
    REQUIRE(entry.create(&setup, &model) == SLW_OK);

    Recorder out;
    out.fn = &table;
    const Request good(1), empty(0);
    Call call(good.nodes, &out);
    CHECK(entry.predict(model, &call) == SLW_OK);
    CHECK(out.text == "begin_object; key value; float64 42; end_object; ");

    Call bad(empty.nodes, &out);
    CHECK(entry.predict(model, &bad) == SLW_INVALID_ARGUMENT);
    CHECK_FALSE(bad.failure.empty());

    entry.destroy(model);
    CHECK(library.unload().unmapped);
  }
}

TEST_CASE("a plugin of any compiler answers a batch through the ABI, each item by itself") {
  const slw_writer_table table = recording_table();
  CHECK(paths_in(ABI_BATCH_PLUGINS).size() >= 2);
  for (const std::string& path : paths_in(ABI_BATCH_PLUGINS)) {
    INFO(path);
    plugin::Library library = load(path);
    const slw_plugin& entry = library.table();
    REQUIRE(entry.get_extension != nullptr);
    CHECK(entry.get_extension("slipway.batch.v9") == nullptr);
    const auto* const batch = static_cast<const slw_batch*>(entry.get_extension("slipway.batch.v0"));
    REQUIRE(batch != nullptr);
    CHECK(batch->size == sizeof(slw_batch));

    const Request none(0);
    slw_setup setup{};
    setup.size = sizeof setup;
    setup.parameters = none.nodes;
    void* model = nullptr;
    REQUIRE(entry.create(&setup, &model) == SLW_OK);

    const Request requests[] = {Request(1, 1), Request(1, -1), Request(1, 3)};
    Recorder writers[3];
    std::vector<Call> calls;
    for (std::size_t i = 0; i < 3; ++i) {
      writers[i].fn = &table;
      calls.emplace_back(requests[i].nodes, &writers[i]);
      calls.back().parameters = none.nodes;
    }
    const slw_call* const pointers[] = {&calls[0], &calls[1], &calls[2]};
    slw_status statuses[] = {SLW_FAILED, SLW_FAILED, SLW_FAILED};
    CHECK(batch->predict(model, pointers, 3, statuses) == SLW_OK);
    CHECK(statuses[0] == SLW_OK);
    CHECK(statuses[1] == SLW_INVALID_ARGUMENT);
    CHECK(statuses[2] == SLW_OK);
    CHECK(writers[0].text == "begin_object; key value; float64 2; end_object; ");
    CHECK(writers[1].text.empty());
    CHECK(calls[1].failure == "/value: not this one");
    CHECK(writers[2].text == "begin_object; key value; float64 6; end_object; ");

    entry.destroy(model);
    CHECK(library.unload().unmapped);
  }
}

TEST_CASE("a field is there if the table's size covers it") {
  slw_plugin table{};
  table.size = offsetof(slw_plugin, get_extension);
  CHECK(SLW_HAS(&table, predict));
  CHECK_FALSE(SLW_HAS(&table, get_extension));
  table.size = sizeof table - 1;
  CHECK_FALSE(SLW_HAS(&table, get_extension));
  table.size = sizeof table;
  CHECK(SLW_HAS(&table, get_extension));
}
