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
// With the structs that `slipway bind` makes of the model's schemas (docs/bind.md), a typed predict is
// shorter:
//
//   Response predict(const Request& request) const { return {.value = 2 * request.value}; }
//
// A model that is faster with several requests at once has a predict_batch besides (slipway/batch.hpp).
//
// The constructor may be slow and runs once. `predict` runs on many threads at once, which is why it must be
// const; it may take one more argument, const slipway::Context&. Whatever either throws becomes an error with
// its reason: no exception reaches the host. The destructor runs after the last predict; it joins the threads
// that the model started.
#pragma once

#include <slipway/plugin.h>
#include <slipway/batch.hpp>
#include <slipway/context.hpp>
#include <slipway/failure.hpp>
#include <slipway/response.hpp>
#include <slipway/typed.hpp>
#include <slipway/value.hpp>

#include <concepts>
#include <cstddef>
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
// What a typed predict takes: deduced, and never called.
template <class Result, class Class, class Taken, class... Context>
std::remove_cvref_t<Taken> typed_request(Result (Class::*)(Taken, Context...) const);
template <class Result, class Class, class Taken, class... Context>
std::remove_cvref_t<Taken> mutable_typed_request(Result (Class::*)(Taken, Context...));
template <class Model>
using TypedRequest = decltype(typed_request(&Model::predict));

template <class T>
concept NotVoid = !std::is_void_v<T>;
template <class Model>
concept PredictsTyped = requires(const Model& model, const TypedRequest<Model>& request) {
  { model.predict(request) } -> NotVoid;
};
template <class Model>
concept PredictsTypedWithContext = requires(const Model& model, const TypedRequest<Model>& request,
                                            const Context& context) {
  { model.predict(request, context) } -> NotVoid;
};
template <class Model>
concept PredictsAtAll =
    Predicts<Model> || PredictsWithContext<Model> || PredictsTyped<Model> || PredictsTypedWithContext<Model>;

template <class Model>
concept PredictsOnlyMutable =
    !PredictsAtAll<Model> &&
    (
        requires(Model & model, Request request, Response& response) { model.predict(request, response); } ||
        requires(Model & model, Request request, Response& response, const Context& context) {
          model.predict(request, response, context);
        } ||
        requires { mutable_typed_request(&Model::predict); });

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
    } else if constexpr (Predicts<Model>) {
      instance.model.predict(request.root(), response);
    } else if constexpr (PredictsTypedWithContext<Model>) {
      const Context context(instance.host, *call);
      response = instance.model.predict(read<TypedRequest<Model>>(request.root()), context);
    } else {
      response = instance.model.predict(read<TypedRequest<Model>>(request.root()));
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
slw_status predict_batch(void* model, const slw_call* const* calls, std::size_t count,
                         slw_status* statuses) noexcept {
  try {
    const auto& instance = *static_cast<const Instance<Model>*>(model);
    const BatchItems items(instance.host, calls, count);
    run_batch(instance.model, items.all());
    for (std::size_t i = 0; i < count; ++i) statuses[i] = items.all()[i].status();
    return SLW_OK;
  } catch (...) {
    return report_exception([&](slw_status status, std::string_view message, std::string_view) noexcept {
      for (std::size_t i = 0; i < count; ++i)
        calls[i]->fail(calls[i], status, to_c(message), to_c(std::string_view()));
      return status;
    });
  }
}

template <class Model>
inline constexpr slw_batch kBatch{sizeof(slw_batch), 0, predict_batch<Model>};

template <class Model>
const void* get_extension(const char* id) noexcept {
  return std::string_view(id) == SLW_BATCH ? &kBatch<Model> : nullptr;
}

template <class Model>
concept HasPredictBatch = requires {
  &Model::predict_batch;
};

template <class Model>
constexpr slw_plugin plugin_table(const char* name, const char* version) {
  static_assert(std::constructible_from<Model, const Setup&>,
                "a model needs a constructor that takes const slipway::Setup&");
  static_assert(
      !PredictsOnlyMutable<Model>,
      "predict must be const: many threads call it at once on the same model. Keep what belongs to one "
      "request in local variables, and guard what requests share with a mutable mutex or std::atomic");
  static_assert(PredictsAtAll<Model> || PredictsOnlyMutable<Model>,
                "a model needs a public Response predict(const Request&) const, of the types that `slipway "
                "bind` makes, "
                "or a public void predict(slipway::Request, slipway::Response&) const; either may have "
                "const slipway::Context& as its last argument, and none may be overloaded");
  if constexpr (!Predicts<Model> && !PredictsWithContext<Model> &&
                (PredictsTyped<Model> || PredictsTypedWithContext<Model>))
    static_assert(Readable<TypedRequest<Model>>,
                  "the first argument of predict must be a type that `slipway bind` makes, or one that its "
                  "members have (slipway/typed.hpp); for anything else write "
                  "void predict(slipway::Request, slipway::Response&) const");
  static_assert(std::is_nothrow_destructible_v<Model>, "a model's destructor must not throw");
  static_assert(!HasPredictBatch<Model> || PredictsBatch<Model> || PredictsBatchTyped<Model>,
                "predict_batch must be a public void predict_batch(std::span<slipway::BatchItem>) const, or "
                "std::vector<Response> predict_batch(std::span<const Request>) const of the types that "
                "`slipway bind` makes");
  slw_plugin table{sizeof(slw_plugin), SLW_ABI_MINOR,  SLW_SDK_VERSION, name,   version,
                   create<Model>,      destroy<Model>, predict<Model>,  nullptr};
  if constexpr (PredictsBatch<Model> || PredictsBatchTyped<Model>) table.get_extension = get_extension<Model>;
  return table;
}

}  // namespace detail
}  // namespace slipway

// Exports the plugin's table. Once per plugin, at namespace scope.
#define SLIPWAY_PLUGIN(Model)                                          \
  extern "C" SLW_EXPORT constinit const slw_plugin slipway_plugin_v0 = \
      ::slipway::detail::plugin_table<Model>(SLIPWAY_MODEL_NAME, SLIPWAY_MODEL_VERSION);
