// Requests predicted together, by a model that is faster that way. Beside its predict it has
//
//   void predict_batch(std::span<slipway::BatchItem> items) const {
//     for (slipway::BatchItem& item : items)
//       item.attempt([&] { ... = item.request()["features"].numbers(); });
//     ...                                     // one pass over the weights for all of them
//     for (slipway::BatchItem& item : items)
//       if (!item.failed()) item.attempt([&] { item.response().object(...); });
//   }
//
// or, of the types that `slipway bind` makes,
//
//   std::vector<Response> predict_batch(std::span<const Request> requests) const
//
// with as many responses as requests, in their order. The host calls it where the manifest says `batching`.
// What predict_batch throws fails every item, what attempt() catches only its own.
#pragma once

#include <slipway/ext/batch.h>
#include <slipway/context.hpp>
#include <slipway/failure.hpp>
#include <slipway/response.hpp>
#include <slipway/typed.hpp>
#include <slipway/value.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace slipway {
namespace detail {

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

}  // namespace detail

// One request of a batch: a call of its own, which shares nothing with the others. It lives, with all that it
// hands out, until predict_batch returns.
class BatchItem {
 public:
  BatchItem(const slw_host* host, const slw_call& call)
      : call_(call), document_(call.request), response_(call.response), context_(host, call) {}
  BatchItem(const BatchItem&) = delete;
  BatchItem& operator=(const BatchItem&) = delete;

  Value request() const { return document_.root(); }
  // To be written unless the item fails.
  Response& response() { return response_; }
  const Context& context() const { return context_; }

  // Calls do(); what that throws fails this item alone, as if predict had thrown it. Whether it returned.
  template <class Do>
  bool attempt(Do&& action) noexcept {
    try {
      action();
      return true;
    } catch (...) {
      status_ = detail::report_exception(
          [this](slw_status status, std::string_view message, std::string_view pointer) noexcept {
            return call_.fail(&call_, status, detail::to_c(message), detail::to_c(pointer));
          });
      return false;
    }
  }
  // Fails this item alone, with what predict would throw: item.fail(slipway::InvalidArgument("/age", "...")).
  void fail(const InvalidArgument& why) noexcept {
    status_ = call_.fail(&call_, why.status(), detail::to_c(why.message()), detail::to_c(why.pointer()));
  }
  void fail(const Failure& why) noexcept {
    status_ = call_.fail(&call_, why.status(), detail::to_c(why.message()), detail::to_c({}));
  }

  bool failed() const noexcept { return status_ != SLW_OK; }
  slw_status status() const noexcept { return status_; }

 private:
  const slw_call& call_;
  Document document_;
  Response response_;
  Context context_;
  slw_status status_ = SLW_OK;
};

namespace detail {

// The items of one batch. They are not to be moved, which a vector would ask for.
class BatchItems {
 public:
  BatchItems(const slw_host* host, const slw_call* const* calls, std::size_t count)
      : room_(std::allocator<BatchItem>().allocate(count)), most_(count) {
    for (; size_ < count; ++size_) std::construct_at(room_ + size_, host, *calls[size_]);
  }
  ~BatchItems() {
    std::destroy_n(room_, size_);
    std::allocator<BatchItem>().deallocate(room_, most_);
  }
  BatchItems(const BatchItems&) = delete;
  BatchItems& operator=(const BatchItems&) = delete;
  std::span<BatchItem> all() const { return {room_, size_}; }

 private:
  BatchItem* const room_;
  const std::size_t most_;
  std::size_t size_ = 0;
};

// What a typed predict_batch takes and gives: deduced, and never called.
template <class Result, class Class, class Taken>
std::remove_cv_t<Taken> typed_batch_request(std::vector<Result> (Class::*)(std::span<Taken>) const);
template <class Model>
using TypedBatchRequest = decltype(typed_batch_request(&Model::predict_batch));

template <class Model>
concept PredictsBatch = requires(const Model& model, std::span<BatchItem> items) {
  model.predict_batch(items);
};
template <class Model>
concept PredictsBatchTyped = requires(const Model& model,
                                      std::span<const TypedBatchRequest<Model>> requests) {
  model.predict_batch(requests);
};

template <PredictsBatch Model>
void run_batch(const Model& model, std::span<BatchItem> items) {
  model.predict_batch(items);
}

template <PredictsBatchTyped Model>
void run_batch(const Model& model, std::span<BatchItem> items) {
  using Request = TypedBatchRequest<Model>;
  std::vector<Request> requests;
  std::vector<BatchItem*> asking;
  requests.reserve(items.size());
  asking.reserve(items.size());
  for (BatchItem& item : items)
    if (item.attempt([&] { requests.push_back(read<Request>(item.request())); })) asking.push_back(&item);
  if (requests.empty()) return;
  const auto responses = model.predict_batch(std::span<const Request>(requests));
  if (responses.size() != requests.size())
    throw std::logic_error("predict_batch gave " + std::to_string(responses.size()) + " responses to " +
                           std::to_string(requests.size()) + " requests");
  for (std::size_t i = 0; i < asking.size(); ++i)
    asking[i]->attempt([&] { asking[i]->response() = responses[i]; });
}

}  // namespace detail
}  // namespace slipway
