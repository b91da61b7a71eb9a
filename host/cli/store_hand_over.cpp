#include "cli/store_hand_over.hpp"

#include <chrono>

#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

using telemetry::Level;
using telemetry::log;

constexpr std::chrono::milliseconds kBetweenClaims(10);
constexpr Nanoseconds kSilence = kSecond;  // a lock that is free a moment later is not worth a line
constexpr const char* kRefusal = "a new host is taking over; ask again in a moment";

std::chrono::steady_clock::time_point to_time_point(Nanoseconds when) {
  return std::chrono::steady_clock::time_point(
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::nanoseconds(when)));
}

}  // namespace

Status StoreHandOver::let_go(Nanoseconds deadline) {
  std::unique_lock lock(mutex_);
  // One that has failed may still have the store.
  if (!changed_.wait_until(lock, to_time_point(deadline), [&] { return state_ != State::wanted_back; }))
    return {Code::deadline_exceeded, "the process that was to take over before still has the store"};
  if (state_ != State::held) return {Code::failed_precondition, "this host is about to stop"};
  state_ = State::asked;
  const auto work = [this](lifecycle::Operation&) -> Result<std::string> {
    wait_until_decided();
    return std::string("the store was let go");
  };
  if (operations_.start_last("hand over to a new host", work, kRefusal) == nullptr) {
    state_ = State::held;
    return {Code::failed_precondition, "this host is about to stop"};
  }
  if (changed_.wait_until(lock, to_time_point(deadline), [&] { return state_ != State::asked; }))
    return state_ == State::let_go ? Status() : Status(Code::cancelled, "this host is about to stop");
  return {Code::deadline_exceeded, "its current command has not ended in time"};  // take_back() follows
}

void StoreHandOver::take_back() {
  const std::lock_guard lock(mutex_);
  if (state_ == State::asked || state_ == State::let_go) state_ = State::wanted_back;
  changed_.notify_all();
}

void StoreHandOver::end() {
  const std::lock_guard lock(mutex_);
  state_ = State::ended;
  changed_.notify_all();
}

// On the control thread, from when it is this command's turn.
void StoreHandOver::wait_until_decided() {
  std::unique_lock lock(mutex_);
  if (state_ == State::asked) {
    control_.let_go_of_store();
    state_ = State::let_go;
    changed_.notify_all();
    changed_.wait(lock, [&] { return state_ != State::let_go; });
    lock.unlock();
    reclaim();
    lock.lock();
  }
  if (state_ != State::wanted_back) return;
  state_ = State::held;
  operations_.reopen();
  changed_.notify_all();
  log(Level::info, "the store is this host's again");
}

// The other process may be on its way out still, or deaf: then commands are refused for as long as it lives.
void StoreHandOver::reclaim() {
  const Nanoseconds since = monotonic_now();
  bool told = false;
  std::unique_lock lock(mutex_);
  while (state_ == State::wanted_back) {
    lock.unlock();
    const Status claimed = control_.take_store_back();
    lock.lock();
    if (claimed) return;
    if (!told && monotonic_now() - since > kSilence) {
      told = true;
      log(Level::error, "the store cannot be taken back yet; commands are refused until then",
          {{"why", claimed.error().message}});
    }
    changed_.wait_for(lock, kBetweenClaims, [&] { return state_ != State::wanted_back; });
  }
}

}  // namespace slipway::cli
