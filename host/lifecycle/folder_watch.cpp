#include "lifecycle/folder_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "base/file.hpp"
#include "base/give_way.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

namespace fs = std::filesystem;

// Not IN_MODIFY: a file that is being written does not count before it is closed.
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE |
                                   IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr Nanoseconds kBlindInterval = 2 * kSecond;
constexpr Nanoseconds kSeeingInterval = 60 * kSecond;
constexpr Nanoseconds kMostWaitAtStart = 2 * kSecond;

timespec to_timespec(Nanoseconds duration) {
  return {static_cast<time_t>(duration / kSecond), static_cast<long>(duration % kSecond)};
}

}  // namespace

FolderWatch::FolderWatch(Folder& folder, Bell stop, UniqueFd events)
    : folder_(folder), stop_bell_(std::move(stop)), events_(std::move(events)) {}

Result<std::unique_ptr<FolderWatch>> FolderWatch::start(Folder& folder) {
  Result<Bell> bell = Bell::create();
  if (!bell) return std::move(bell).error();
  std::unique_ptr<FolderWatch> watch(
      new FolderWatch(folder, std::move(*bell), UniqueFd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC))));
  if (Status looked = watch->look_at_start(); !looked) return std::move(looked).error();
  try {
    watch->thread_ = std::thread(&FolderWatch::run, watch.get());
  } catch (const std::system_error& failure) {
    return Error(Code::unavailable,
                 "cannot start the thread that watches the models folder: " + std::string(failure.what()));
  }
  return watch;
}

FolderWatch::~FolderWatch() {
  stopping_.store(true, std::memory_order_relaxed);
  stop_bell_.ring();
  if (thread_.joinable()) thread_.join();
}

Status FolderWatch::look_at_start() {
  const Nanoseconds patience = monotonic_now() + kMostWaitAtStart;
  for (;;) {
    watch_all();
    const Result<Nanoseconds> again = folder_.scan();
    if (!again) return again.error();
    again_ = *again;
    at_start_ = folder_.report();
    if (again_ == 0 || again_ > patience) return {};
    stop_bell_.wait_until(again_);
  }
}

void FolderWatch::run() {
  if (folder_.options().gives_way) give_way();
  while (!stopping_.load(std::memory_order_relaxed)) {
    const Nanoseconds look = monotonic_now() + (blind_ ? kBlindInterval : kSeeingInterval);
    wait_for_change(again_ == 0 ? look : std::min(look, again_));
    if (stopping_.load(std::memory_order_relaxed)) return;
    watch_all();
    const Result<Nanoseconds> again = folder_.scan();
    if (!again)
      telemetry::log(telemetry::Level::error, again.error().message + "; what is served stays as it is");
    again_ = again ? *again : monotonic_now() + kBlindInterval;
  }
}

// Before each look: what changes after it is an event.
void FolderWatch::watch_all() {
  blind_ = !events_.valid();
  if (blind_) return;
  watch(folder_.directory());
  std::error_code error;
  for (fs::directory_iterator at(folder_.directory(), error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (!at->is_directory(ignored) || at->path().filename().string().starts_with('.')) continue;
    watch(at->path());
    std::error_code inner;
    for (fs::recursive_directory_iterator in(at->path(), fs::directory_options::follow_directory_symlink,
                                             inner),
         last;
         !inner && in != last; in.increment(inner)) {
      if (in.depth() > 16) in.disable_recursion_pending();
      if (in->is_directory(ignored)) watch(in->path());
    }
  }
}

void FolderWatch::watch(const fs::path& directory) {
  if (::inotify_add_watch(events_.get(), directory.c_str(), kChanges | IN_ONLYDIR) >= 0 || errno == ENOENT)
    return;
  if (!blind_)
    telemetry::log(telemetry::Level::warning, "a folder cannot be watched; it is looked at every few seconds",
                   {{"folder", directory.string()}, {"why", system_message(errno)}});
  blind_ = true;
}

// Takes what events there are as one.
void FolderWatch::wait_for_change(Nanoseconds until) {
  const timespec timeout = to_timespec(std::max<Nanoseconds>(until - monotonic_now(), 0));
  std::array<pollfd, 2> wanted{{{stop_bell_.descriptor(), POLLIN, 0}, {events_.get(), POLLIN, 0}}};
  if (::ppoll(wanted.data(), events_.valid() ? 2 : 1, &timeout, nullptr) <= 0) return;
  alignas(inotify_event) std::array<char, 16 * 1024> events;
  while (events_.valid() && ::read(events_.get(), events.data(), events.size()) > 0) {
  }
}

}  // namespace slipway::lifecycle
