#include "api/key_guard.hpp"

#include "api/answers.hpp"
#include "api/media_type.hpp"

namespace slipway::api {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// The key that came with a request; empty if none did.
std::string_view presented(const http::Request& request) {
  if (const auto header = request.header("Authorization"))
    if (header->size() > kScheme.size() && equals_ignoring_case(header->substr(0, kScheme.size()), kScheme))
      return trim(header->substr(kScheme.size()));
  return request.header("X-Api-Key").value_or(std::string_view());
}

}  // namespace

Result<std::unique_ptr<KeyGuard>> KeyGuard::open(std::string file, unsigned serving_threads) {
  std::unique_ptr<KeyGuard> guard(new KeyGuard(std::move(file), serving_threads));
  if (Status read = guard->reload(); !read) return std::move(read).error();
  return guard;
}

Status KeyGuard::reload() {
  Result<std::vector<Key>> keys = read_keys(file_);
  if (!keys) return std::move(keys).error();
  const std::lock_guard lock(mutex_);
  ring_ = std::make_shared<const KeyRing>(std::move(*keys), ring_.get());
  generation_.fetch_add(1, std::memory_order_release);
  return {};
}

std::size_t KeyGuard::keys() const {
  const std::lock_guard lock(mutex_);
  return ring_->size();
}

const KeyRing& KeyGuard::ring(unsigned thread) {
  ThreadState& own = threads_[thread];
  if (own.generation != generation_.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex_);
    own.ring = ring_;
    own.generation = generation_.load(std::memory_order_relaxed);
  }
  return *own.ring;
}

// Null, and the answer is 401, if there is none.
const KeyRing::Entry* KeyGuard::find(http::Exchange& exchange) {
  const std::string_view key = presented(exchange.request());
  const KeyRing::Entry* const entry = key.empty() ? nullptr : ring(exchange.thread_index()).find(key);
  if (entry == nullptr) {
    exchange.response().add_header(
        "WWW-Authenticate",
        key.empty() ? "Bearer realm=\"slipway\"" : "Bearer realm=\"slipway\", error=\"invalid_token\"");
    refuse(exchange, kUnknown, 401,
           key.empty() ? "this needs a key; send it as Authorization: Bearer KEY, or as X-Api-Key: KEY"
                       : "the key is not known here, or not any more");
  }
  return entry;
}

bool KeyGuard::admit(http::Exchange& exchange, std::string_view model) {
  const KeyRing::Entry* const entry = find(exchange);
  if (entry == nullptr) return false;
  if (entry->interval != 0) {
    const Nanoseconds wait = entry->rate->take(monotonic_now(), entry->interval, entry->burst);
    if (wait > 0) {
      exchange.response().add_header("Retry-After", std::to_string((wait + kSecond - 1) / kSecond));
      refuse(exchange, kTooFast, 429, "the key has used up its rate of requests; try again later");
      return false;
    }
  }
  if (!model.empty() && !entry->may_call(model)) {
    refuse(exchange, kNotAllowed, 403, "the key is not for this model");
    return false;
  }
  return true;
}

void KeyGuard::refuse(http::Exchange& exchange, Refusal why, int status, std::string_view detail) {
  refused_[why].fetch_add(1, std::memory_order_relaxed);
  answer_problem(exchange, status, detail);
}

}  // namespace slipway::api
