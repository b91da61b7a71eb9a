#include "model/plugin_predictor.hpp"

#include <slipway/plugin.h>

#include <functional>

#include "base/utf8.hpp"
#include "document/pointer.hpp"
#include "model/response_writer.hpp"
#include "plugin/plugin_table.hpp"
#include "telemetry/log.hpp"

namespace slipway::model {
namespace {

constexpr std::size_t kMostErrorBytes = 4 * 1024;

slw_string view(std::string_view text) {
  return {text.data(), text.size()};
}

// A plugin's words, made fit for the host's: bounded, and UTF-8 whatever they were.
std::string words_of(slw_string text) {
  std::string words(text.data == nullptr ? std::string_view()
                                         : std::string_view(text.data, text.size).substr(0, kMostErrorBytes));
  for (std::size_t bad = find_invalid_utf8(words); bad != kValidUtf8; bad = find_invalid_utf8(words))
    words[bad] = '?';
  return words;
}

// The words a plugin gave to `fail`, kept by the host until the call returns.
struct Failure {
  std::string message;
  std::string pointer;

  void note(slw_string text, slw_string where) noexcept {
    try {
      message = words_of(text);
      pointer = words_of(where);
    } catch (const std::bad_alloc&) {
      message.clear();
    }
  }
};

struct SetupState {
  slw_setup abi;  // first: the plugin's pointer is this object's
  Failure failure;
};

slw_status fail_call(const slw_call* call, slw_status status, slw_string message, slw_string pointer);
std::int32_t is_cancelled(const slw_call* call);

struct CallState {
  CallState(const Prediction& of, const Manifest& manifest, ResponseWriter& writer)
      : abi{sizeof(slw_call), 0,           of.request.node(),   manifest.parameters.root().node(),
            &writer.abi,      of.deadline, view(of.request_id), &is_cancelled,
            &fail_call},
        prediction(&of) {}

  slw_call abi;  // first: the plugin's pointer is this object's
  const Prediction* prediction;
  Failure failure;
};

slw_status fail_setup(const slw_setup* setup, slw_status status, slw_string message) {
  const_cast<SetupState*>(reinterpret_cast<const SetupState*>(setup))->failure.note(message, {nullptr, 0});
  return status;
}

slw_status fail_call(const slw_call* call, slw_status status, slw_string message, slw_string pointer) {
  const_cast<CallState*>(reinterpret_cast<const CallState*>(call))->failure.note(message, pointer);
  return status;
}

std::int32_t is_cancelled(const slw_call* call) {
  const Prediction& prediction = *reinterpret_cast<const CallState*>(call)->prediction;
  return prediction.cancelled.load(std::memory_order_relaxed) || monotonic_now() > prediction.deadline;
}

std::string or_else(const std::string& words, const char* fallback) {
  return words.empty() ? fallback : words;
}

Status status_of(slw_status status, const CallState& call) {
  const std::string& words = call.failure.message;
  switch (status) {
    case SLW_OK:
      return {};
    case SLW_INVALID_ARGUMENT: {
      const bool found = document::resolves(call.prediction->request, call.failure.pointer);
      return Error(Code::invalid_argument, or_else(words, "the model cannot make sense of the request"),
                   found ? call.failure.pointer : "");
    }
    case SLW_FAILED:
      return Error(Code::internal, or_else(words, "the model failed without saying why"));
    case SLW_DEADLINE_EXCEEDED:
      return Error(Code::deadline_exceeded, or_else(words, "the model ran out of time"));
    case SLW_CANCELLED:
      return Error(Code::cancelled, or_else(words, "the prediction was cancelled"));
    case SLW_UNAVAILABLE:
      return Error(Code::unavailable, or_else(words, "the model cannot answer now"));
    default:
      return Error(Code::internal, "the model returned the unknown status " + std::to_string(status));
  }
}

// What a call has come to.
Status status_of(slw_status status, const CallState& call, const document::Builder& response) {
  // What it wrote was refused, so that it stopped: the response knows why, and whoever finishes it hears it.
  if (status == SLW_FAILED && call.failure.message.empty() && response.failed()) return {};
  return status_of(status, call);
}

Status let_exception_out() {
  return Error(Code::internal, "the model let an exception out of predict, which no plugin may");
}

Status no_thread() {
  return Error(Code::unavailable, "there is no thread to run the model on");
}

// The plugin states what it was built as; a bundle with another model's plugin in it is a mistake to find
// before traffic does.
Status check_identity(const slw_plugin& table, const Manifest& manifest) {
  const std::string_view name = table.name;
  const std::string_view version = table.version;
  if (!name.empty() && name != manifest.name)
    return Error(Code::failed_precondition, "the plugin was built as the model \"" + std::string(name) +
                                                "\" but the manifest says \"" + manifest.name +
                                                "\"; rebuild it, or put the right plugin into the bundle");
  if (!version.empty() && version != manifest.version.text())
    return Error(Code::failed_precondition, "the plugin was built as version " + std::string(version) +
                                                " but the manifest says " + manifest.version.text() +
                                                "; rebuild it, or put the right plugin into the bundle");
  return {};
}

}  // namespace

// What the plugin is handed for the items of a batch.
struct PluginPredictor::BatchMemory {
  std::vector<ResponseWriter> writers;
  std::vector<CallState> states;
  std::vector<const slw_call*> calls;
  std::vector<slw_status> statuses;

  void prepare(std::span<const BatchItem> items, const Manifest& manifest) {
    writers.clear();
    states.clear();
    calls.clear();
    // Those that are pointed to do not move.
    writers.reserve(items.size());
    states.reserve(items.size());
    calls.reserve(items.size());
    for (const BatchItem& item : items) {
      ResponseWriter& writer = writers.emplace_back(*item.response);
      calls.push_back(&states.emplace_back(item.prediction, manifest, writer).abi);
    }
    statuses.assign(items.size(), SLW_FAILED);
  }
};

PluginPredictor::PluginPredictor(const Bundle& bundle, std::unique_ptr<OwnThreads> threads)
    : bundle_(bundle), threads_(std::move(threads)) {}

template <class Work>
bool PluginPredictor::where_it_may_run(const Work& work) {
  if (threads_ != nullptr) return threads_->run(std::cref(work));
  work();
  return true;
}

Result<std::unique_ptr<PluginPredictor>> PluginPredictor::load(plugin::StoredLibrary stored,
                                                               const Bundle& bundle) {
  std::unique_ptr<OwnThreads> threads;
  if (stored.report().tls_destructors)
    threads = std::make_unique<OwnThreads>(bundle.manifest.limits.concurrency);
  std::unique_ptr<PluginPredictor> predictor(new PluginPredictor(bundle, std::move(threads)));
  Status status(Code::unavailable, "there is no thread to load the plugin on");
  predictor->where_it_may_run([&] { status = predictor->load_library(std::move(stored)); });
  if (!status) return std::move(status).error();
  return predictor;
}

Status PluginPredictor::load_library(plugin::StoredLibrary stored) {
  Result<plugin::Library> library = plugin::Library::load(std::move(stored));
  if (!library) return std::move(library).error();
  library_ = std::move(*library);
  if (Status same = check_identity(library_->table(), bundle_.manifest); !same) return same;
  return bundle_.manifest.batching ? load_batching() : Status();
}

Status PluginPredictor::load_batching() {
  Result<slw_batch> batch = plugin::read_batch_table(library_->table());
  if (!batch && batch.error().code == Code::not_found)
    return Error(Code::failed_precondition,
                 "the manifest asks for batching, but " + batch.error().message +
                     "; give the model a predict_batch, or take `batching` out of the manifest");
  if (!batch) return std::move(batch).error();
  batch_ = *batch;
  return {};
}

std::uint32_t PluginPredictor::most_at_once() const {
  return bundle_.manifest.threads == Threads::single ? 1 : bundle_.manifest.limits.concurrency;
}

Status PluginPredictor::create(HostServices& services) {
  Status status(Code::unavailable, "there is no thread to create the model on");
  where_it_may_run([&] { status = create_here(services); });
  return status;
}

Status PluginPredictor::create_here(const HostServices& services) {
  const Manifest& manifest = bundle_.manifest;
  const std::string directory = bundle_.directory.string();
  SetupState setup{
      {sizeof(slw_setup), 0, services.table(), view(manifest.name), view(manifest.version.text()),
       view(directory), manifest.parameters.root().node(), &fail_setup},
      {}};
  slw_status status = SLW_FAILED;
  try {
    status = library_->table().create(&setup.abi, &model_);
  } catch (...) {
    setup.failure.note(
        view("create let an exception out, which no plugin may; use slipway/model.hpp, or catch it"),
        {nullptr, 0});
  }
  if (status != SLW_OK)
    return Error(Code::internal,
                 "the model could not be created: " + or_else(setup.failure.message, "it does not say why"));
  created_ = true;
  return {};
}

Status PluginPredictor::predict(const Prediction& prediction, document::Builder& response) {
  ResponseWriter writer(response);
  CallState call(prediction, bundle_.manifest, writer);
  slw_status status = SLW_OK;
  bool escaped = false;
  const bool ran = where_it_may_run([&] {
    try {
      status = library_->table().predict(model_, &call.abi);
    } catch (...) {
      // The exception's own text may lie in the plugin: nothing of it is kept.
      escaped = true;
    }
  });
  if (!ran) return no_thread();
  if (escaped) return let_exception_out();
  return status_of(status, call, response);
}

void PluginPredictor::predict_batch(std::span<BatchItem> items) {
  const auto memory = batch_memory_.take();
  memory->prepare(items, bundle_.manifest);
  slw_status status = SLW_OK;
  bool escaped = false;
  const bool ran = where_it_may_run([&] {
    try {
      status = batch_->predict(model_, memory->calls.data(), items.size(), memory->statuses.data());
    } catch (...) {
      escaped = true;
    }
  });
  // No one request is at fault for all of them.
  if (status == SLW_INVALID_ARGUMENT) status = SLW_FAILED;
  for (std::size_t i = 0; i < items.size(); ++i) {
    BatchItem& item = items[i];
    if (!ran)
      item.status = no_thread();
    else if (escaped)
      item.status = let_exception_out();
    else if (status != SLW_OK)
      item.status = status_of(status, memory->states[i]);
    else
      item.status = status_of(memory->statuses[i], memory->states[i], *item.response);
  }
}

void PluginPredictor::destroy() {
  if (created_) {
    created_ = false;
    where_it_may_run([&] {
      try {
        library_->table().destroy(model_);
      } catch (...) {
        telemetry::log(telemetry::Level::error,
                       "the model let an exception out of destroy, which no plugin may",
                       {{"model", bundle_.manifest.name}, {"version", bundle_.manifest.version.text()}});
      }
    });
  }
  if (threads_ != nullptr) threads_->end();
}

plugin::UnloadReport PluginPredictor::unload() {
  destroy();
  return library_ ? library_->unload() : plugin::UnloadReport();
}

PluginPredictor::~PluginPredictor() {
  unload();
}

}  // namespace slipway::model
