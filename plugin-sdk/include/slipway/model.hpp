// Makes a C++ class a Slipway plugin. This is the whole of a model:
//
//   #include <slipway/model.hpp>
//   class Doubler {
//    public:
//     explicit Doubler(const slipway::Setup&) {}
//     void predict(slipway::Request request, slipway::Response& response) const {
//       response.object([&](auto& out) { out["value"] = 2 * request["value"].number(); });
//     }
//   };
//   SLIPWAY_PLUGIN(Doubler)
//
// The constructor may be slow and runs once. `predict` runs on many threads at once, which is why it must be
// const; it may take a third argument, const slipway::Context&. Whatever either throws becomes an error with
// its reason: no exception reaches the host. The destructor runs after the last predict; it joins the threads
// that the model started.
#pragma once

#include <slipway/plugin.h>
#include <slipway/context.hpp>
#include <slipway/failure.hpp>
#include <slipway/response.hpp>
#include <slipway/value.hpp>

#include <concepts>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

// The model and the version that the plugin says it was built as; the host compares them with the manifest's.
// The build defines them from model.yaml.
#ifndef SLIPWAY_MODEL_NAME
#define SLIPWAY_MODEL_NAME ""
#endif
#ifndef SLIPWAY_MODEL_VERSION
#define SLIPWAY_MODEL_VERSION ""
#endif

namespace slipway {

using Request = Value;

namespace detail {

template <class Model>
concept Predicts = requires(const Model& model, Request request, Response& response) {
  model.predict(request, response);
};
template <class Model>
concept PredictsWithContext = requires(const Model& model, Request request, Response& response,
                                       const Context& context) {
  model.predict(request, response, context);
};
template <class Model>
concept PredictsOnlyMutable =
    !Predicts<Model> && !PredictsWithContext<Model> &&
    (
        requires(Model & model, Request request, Response& response) { model.predict(request, response); } ||
        requires(Model & model, Request request, Response& response, const Context& context) {
          model.predict(request, response, context);
        });

// Says to the host what the exception now being handled means. `fail` takes a status, a sentence and a
// pointer; nothing here allocates, so running out of memory can be reported too.
template <class Fail>
slw_status report_exception(const Fail& fail) noexcept {
  try {
    throw;
  } catch (const InvalidArgument& error) {
    return fail(error.status(), error.message(), error.pointer());
  } catch (const Failure& error) {
    return fail(error.status(), error.message(), std::string_view());
  } catch (const WriteRefused& refused) {
    return refused.status;
  } catch (const std::bad_alloc&) {
    return fail(SLW_UNAVAILABLE, "the model ran out of memory", std::string_view());
  } catch (const std::exception& error) {
    return fail(SLW_FAILED, error.what(), std::string_view());
  } catch (...) {
    return fail(SLW_FAILED, "the model threw something that is not a std::exception", std::string_view());
  }
}

template <class Model>
struct Instance {
  const slw_host* host;
  Model model;
};

template <class Model>
slw_status create(const slw_setup* raw, void** model) noexcept {
  try {
    const Setup setup(*raw);
    *model = new Instance<Model>{raw->host, Model(setup)};
    return SLW_OK;
  } catch (...) {
    return report_exception(
        [raw](slw_status status, std::string_view message, std::string_view pointer) noexcept {
          // Setup's `fail` has no place of its own for a pointer.
          if (pointer.empty()) return raw->fail(raw, status, to_c(message));
          try {
            const std::string text = std::string("parameters").append(pointer).append(": ").append(message);
            return raw->fail(raw, status, to_c(text));
          } catch (...) {
            return raw->fail(raw, status, to_c(message));
          }
        });
  }
}

template <class Model>
void destroy(void* model) noexcept {
  delete static_cast<Instance<Model>*>(model);
}

template <class Model>
slw_status predict(void* model, const slw_call* call) noexcept {
  try {
    const auto& instance = *static_cast<const Instance<Model>*>(model);
    const Document request(call->request);
    Response response(call->response);
    if constexpr (PredictsWithContext<Model>) {
      const Context context(instance.host, *call);
      instance.model.predict(request.root(), response, context);
    } else {
      instance.model.predict(request.root(), response);
    }
    return SLW_OK;
  } catch (...) {
    return report_exception(
        [call](slw_status status, std::string_view message, std::string_view pointer) noexcept {
          return call->fail(call, status, to_c(message), to_c(pointer));
        });
  }
}

template <class Model>
constexpr slw_plugin plugin_table(const char* name, const char* version) {
  static_assert(std::constructible_from<Model, const Setup&>,
                "a model needs a constructor that takes const slipway::Setup&");
  static_assert(
      !PredictsOnlyMutable<Model>,
      "predict must be const: many threads call it at once on the same model. Keep what belongs to one "
      "request in local variables, and guard what requests share with a mutable mutex or std::atomic");
  static_assert(
      Predicts<Model> || PredictsWithContext<Model> || PredictsOnlyMutable<Model>,
      "a model needs a public void predict(slipway::Request, slipway::Response&) const, or the same with "
      "const slipway::Context& as the third argument");
  static_assert(std::is_nothrow_destructible_v<Model>, "a model's destructor must not throw");
  return {sizeof(slw_plugin), SLW_ABI_MINOR,  SLW_SDK_VERSION, name,   version,
          create<Model>,      destroy<Model>, predict<Model>,  nullptr};
}

}  // namespace detail
}  // namespace slipway

// Exports the plugin's table. Once per plugin, at namespace scope.
#define SLIPWAY_PLUGIN(Model)                                          \
  extern "C" SLW_EXPORT constinit const slw_plugin slipway_plugin_v0 = \
      ::slipway::detail::plugin_table<Model>(SLIPWAY_MODEL_NAME, SLIPWAY_MODEL_VERSION);
