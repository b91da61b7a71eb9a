// Unit tests of a model without a host, with any test framework; C++20 and no library needed.
//
//   #include <slipway/testing.hpp>
//   slipway::testing::Model<Churn> model({.parameters = R"({"threshold": 0.5})", .directory = "churn"});
//   CHECK(model.predict(R"({"age": 40})") == slipway::testing::json(R"({"probability": 0.5})").within(1e-9));
//   CHECK(model.predict(R"({"age": -1})").pointer == "/age");
//   CHECK(model.get().predict(churn::Request{.age = 40}).probability < 1);
//
// The model is made and called through the plugin's table, as a host does, so that exceptions become
// statuses. What is not done: the schemas are not checked. Golden cases (`slipway check`) do that.
#pragma once

#include <slipway/detail/testing_compare.hpp>
#include <slipway/detail/testing_document.hpp>
#include <slipway/detail/testing_json.hpp>
#include <slipway/detail/testing_writer.hpp>
#include <slipway/model.hpp>

#include <dlfcn.h>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slipway::testing {

// What an answer is compared with.
class Expected {
 public:
  explicit Expected(Json value) : value_(std::move(value)) {}
  // The same, where numbers may differ by so much.
  Expected within(double tolerance) const {
    Expected other = *this;
    other.tolerance_ = tolerance;
    return other;
  }
  const Json& value() const { return value_; }
  double tolerance() const { return tolerance_; }

 private:
  Json value_;
  double tolerance_ = 0;
};

// Throws std::invalid_argument where `text` is no JSON.
inline Expected json(std::string_view text) {
  return Expected(detail::JsonReader(text).read());
}

// What became of one call.
struct Answer {
  slw_status status = SLW_OK;
  Json response;        // where the status is SLW_OK
  std::string message;  // else why, and which value of the request is at fault
  std::string pointer;

  bool ok() const { return status == SLW_OK; }
  // Where it differs first, "/labels/0: is "a", expected "b""; empty: nowhere. Integers and doubles of one
  // value are the same, and so are objects in another order.
  std::string difference(const Expected& expected) const {
    if (!ok()) return "status " + std::to_string(status) + ": " + message;
    return detail::difference(response, expected.value(), expected.tolerance());
  }
  bool operator==(const Expected& expected) const { return difference(expected).empty(); }
};

inline std::ostream& operator<<(std::ostream& out, const Expected& expected) {
  std::string text;
  detail::append_json(expected.value(), text);
  return out << text;
}
inline std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  if (!answer.ok())
    return out << "status " << answer.status << " at \"" << answer.pointer << "\": " << answer.message;
  return out << Expected(answer.response);
}

// What a model is made from. Its log goes to std::clog; what it records in metrics is dropped.
struct Options {
  std::string parameters = "{}";  // JSON
  std::string directory = ".";    // the bundle's folder, with data/ below it
  std::string name = "tested";
  std::string version = "0.0.0";
};

// A model that was made from a plugin's table. Calls may come from many threads, as from a host.
class Instance {
 public:
  // Throws std::runtime_error with the model's reason where it refuses to be made.
  explicit Instance(const slw_plugin& plugin, const Options& options = {})
      : plugin_(plugin), parameters_(json(options.parameters).value()) {
    const Setting setting{{sizeof(slw_setup), 0, &kHost, c_text(options.name), c_text(options.version),
                           c_text(options.directory), parameters_.root(), fail_setup},
                          &reason_};
    if (plugin_.create(&setting.c, &model_) != SLW_OK) throw std::runtime_error(reason_);
  }
  ~Instance() { plugin_.destroy(model_); }
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // `request` is JSON. `remaining` is until the deadline; a call that is `cancelled` is one that nobody waits
  // for.
  Answer predict(std::string_view request,
                 std::chrono::nanoseconds remaining = std::chrono::nanoseconds::max(),
                 bool cancelled = false) const {
    Call call(*this, request, remaining, cancelled);
    call.answer.status = plugin_.predict(model_, &call.c);
    return call.end();
  }

  // The requests together, as a host does where the manifest says `batching`. Throws std::logic_error where
  // the model does not offer that.
  std::vector<Answer> predict_batch(std::span<const std::string> requests) const {
    const void* const found = plugin_.get_extension != nullptr ? plugin_.get_extension(SLW_BATCH) : nullptr;
    if (found == nullptr) throw std::logic_error("the model has no predict_batch");
    std::vector<std::unique_ptr<Call>> calls;
    std::vector<const slw_call*> c;
    for (const std::string& request : requests) {
      calls.push_back(std::make_unique<Call>(*this, request, std::chrono::nanoseconds::max(), false));
      c.push_back(&calls.back()->c);
    }
    std::vector<slw_status> statuses(calls.size(), SLW_FAILED);
    const slw_status whole =
        static_cast<const slw_batch*>(found)->predict(model_, c.data(), c.size(), statuses.data());
    std::vector<Answer> answers;
    for (std::size_t i = 0; i < calls.size(); ++i) {
      calls[i]->answer.status = whole == SLW_OK ? statuses[i] : whole;
      answers.push_back(calls[i]->end());
    }
    return answers;
  }

 protected:
  void* model() const { return model_; }

 private:
  // The C interface's structs, with what their functions need behind them.
  struct Setting {
    slw_setup c;
    std::string* reason;
  };
  struct Call {
    Call(const Instance& instance, std::string_view request, std::chrono::nanoseconds remaining,
         bool given_up)
        : document(json(request).value()), cancelled(given_up) {
      const bool endless = remaining == std::chrono::nanoseconds::max();
      c = {sizeof(slw_call), 0,
           document.root(),  instance.parameters_.root(),
           &writer,          endless ? INT64_MAX : now(&kHost) + remaining.count(),
           c_text("test"),   is_cancelled,
           fail_call};
    }
    Answer end() {
      if (answer.ok())
        if (std::optional<Json> response = writer.take()) answer.response = std::move(*response);
      if (!writer.problem().empty() && answer.message.empty()) {
        answer.status = SLW_FAILED;
        answer.message = writer.problem();
      }
      return std::move(answer);
    }

    slw_call c{};  // first: the model's pointer is this object's
    detail::TestDocument document;
    detail::TestWriter writer;
    Answer answer;
    bool cancelled;
  };

  static slw_string c_text(std::string_view text) { return {text.data(), text.size()}; }
  static std::string copy(slw_string text) { return {text.data, text.size}; }

  static slw_status fail_setup(const slw_setup* setup, slw_status status, slw_string message) {
    *reinterpret_cast<const Setting*>(setup)->reason = copy(message);
    return status;
  }
  static slw_status fail_call(const slw_call* call, slw_status status, slw_string message,
                              slw_string pointer) {
    Answer& answer = const_cast<Call*>(reinterpret_cast<const Call*>(call))->answer;
    answer.message = copy(message);
    answer.pointer = copy(pointer);
    return status;
  }
  static std::int32_t is_cancelled(const slw_call* call) {
    return reinterpret_cast<const Call*>(call)->cancelled;
  }
  static std::int64_t now(const slw_host*) {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  static void log(const slw_host*, const slw_call*, std::int32_t, slw_string message) {
    std::clog << copy(message) + "\n";
  }
  static std::uint32_t metric(const slw_host*, std::int32_t, slw_string, slw_string) { return 0; }
  static void record(const slw_host*, std::uint32_t, double) {}
  static const void* extension(const slw_host*, const char*) { return nullptr; }

  static constexpr slw_host kHost{sizeof(slw_host), SLW_ABI_MINOR, log, metric, record, now, extension};

  slw_plugin plugin_;
  detail::TestDocument parameters_;
  std::string reason_;
  void* model_ = nullptr;
};

// A model by its class.
template <class T>
class Model : public Instance {
 public:
  explicit Model(const Options& options = {}) : Instance(slipway::detail::plugin_table<T>("", ""), options) {}

  // To be called directly, with the types of its header.
  const T& get() const { return static_cast<const slipway::detail::Instance<T>*>(model())->model; }
};

// A plugin that was built, by the path of its file.
class Plugin {
 public:
  // Throws std::runtime_error where it cannot be loaded or is no plugin.
  explicit Plugin(const std::string& path) : library_(::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (library_ == nullptr) throw std::runtime_error(::dlerror());
    table_ = static_cast<const slw_plugin*>(::dlsym(library_.get(), SLW_PLUGIN_SYMBOL));
    if (table_ == nullptr) throw std::runtime_error(path + " is no plugin: it has no " SLW_PLUGIN_SYMBOL);
  }

  // Instances of it must end before the Plugin does: Instance model(plugin.table());
  const slw_plugin& table() const { return *table_; }

 private:
  struct Close {
    void operator()(void* library) const { ::dlclose(library); }
  };
  std::unique_ptr<void, Close> library_;
  const slw_plugin* table_ = nullptr;
};

}  // namespace slipway::testing
