#include "worker/experiments.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/digest.hpp"
#include "base/random.hpp"
#include "base/utf8.hpp"
#include "model/inference.hpp"
#include "worker/writable_memory.hpp"

#ifdef SLIPWAY_SANITIZED
// Of <sanitizer/allocator_interface.h>, which comes with one of the compilers only.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace slipway::worker {
namespace {

constexpr std::size_t kMostAnswer = 2'000;             // bytes of an answer that are told
constexpr Nanoseconds kPassTime = 400 * kMillisecond;  // for asking all requests once
constexpr Nanoseconds kPhaseTime = 400 * kMillisecond;
constexpr std::size_t kLatencyCalls = 2'000;
constexpr std::size_t kRounds = 6;
constexpr std::size_t kRoundCalls = 300;
constexpr std::size_t kMostThreads = 8;
constexpr std::size_t kMostTold = 20;  // of what is wrong in one way

double bytes_in_use() {
#ifdef SLIPWAY_SANITIZED
  return static_cast<double>(__sanitizer_get_current_allocated_bytes());
#else
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
#endif
}

// How often this thread had to give its core to another.
long cores_lost() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

double quantile(const std::vector<Nanoseconds>& sorted, double part) {
  return static_cast<double>(sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1))]);
}

}  // namespace

Caller::Caller(model::ModelVersion& version) : version_(version), call_{document::Limits()} {
  call_.request_id = "slipway-test";
}

std::string_view Caller::ask(std::string_view request) {
  body_.clear();
  body_.append(request);
  out_.clear();
  // How long a call takes is measured; it is the host that ends one that never returns.
  call_.deadline = monotonic_now() + 3600 * kSecond;
  model::infer(version_, call_, body_, out_);
  answer_.clear();
  if (call_.outcome != model::Outcome::answered)
    return answer_.append(std::to_string(model::http_status(call_.outcome)))
        .append(": ")
        .append(call_.error.message);
  answer_.append(clip_utf8(out_.view(), kMostAnswer));
  if (answer_.size() < out_.size()) answer_.append("... SHA-256 ").append(to_hex(sha256(out_.view())));
  return answer_;
}

Experiments::Experiments(Channel& channel, model::ModelVersion& version, std::vector<std::string> requests)
    : channel_(channel), version_(version), requests_(std::move(requests)), caller_(version) {}

Status Experiments::begin(const std::string& what) {
  return channel_.send(StepBegins{Step::predict, what});
}

Status Experiments::tell(const std::string& what, const std::string& subject, const std::string& text,
                         double value) {
  return channel_.send(Observed{what, subject, text, value});
}

Status Experiments::compare(const std::string& what, std::size_t request, std::string_view answer) {
  if (answer == answers_[request]) return {};
  return tell(what, requests_[request],
              "is answered " + std::string(answer) + " where it was answered " + answers_[request]);
}

std::size_t Experiments::calls_within(Nanoseconds time, std::size_t most) const {
  const auto one = std::max<Nanoseconds>(1, pass_ / static_cast<Nanoseconds>(used_));
  return std::clamp<std::size_t>(static_cast<std::size_t>(time / one), used_, std::max(used_, most));
}

Status Experiments::ask_all(bool backwards) {
  answers_.resize(requests_.size());
  const Nanoseconds start = monotonic_now();
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const std::size_t at = backwards ? requests_.size() - 1 - i : i;
    if (Status said = begin(std::string(kRequestMark) + requests_[at]); !said) return said;
    answers_[at] = caller_.ask(requests_[at]);
    if (Status told = tell("answer", requests_[at], answers_[at], static_cast<double>(at)); !told)
      return told;
    // Backwards there is no other time than forwards: all are asked.
    used_ = backwards ? requests_.size() : i + 1;
    pass_ = monotonic_now() - start;
    if (!backwards && pass_ > kPassTime) break;
  }
  return {};
}

Status Experiments::repeat() {
  Random random(1);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < used_; ++i) {
    if (Status said = begin(std::string(kRequestMark) + requests_[i]); !said) return said;
    (void)caller_.ask(requests_[i]);
    if (Status told = compare("repeated", i, caller_.ask(requests_[i])); !told) return told;
    order.push_back(i);
  }
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  for (const std::size_t i : order) {
    if (Status said = begin(std::string(kRequestMark) + requests_[i]); !said) return said;
    if (Status told = compare("after others", i, caller_.ask(requests_[i])); !told) return told;
  }
  return {};
}

Status Experiments::measure_latency() {
  if (Status said = begin("many calls, one after another"); !said) return said;
  std::vector<Nanoseconds> all;
  std::vector<Nanoseconds> undisturbed;
  const Nanoseconds end = monotonic_now() + kPhaseTime;
  while (all.size() < kLatencyCalls && (all.size() < used_ || monotonic_now() < end)) {
    const long before = cores_lost();
    (void)caller_.ask(requests_[all.size() % used_]);
    all.push_back(caller_.took());
    if (cores_lost() == before) undisturbed.push_back(caller_.took());
  }
  // A core that was taken away amid a call says nothing about the model; unless its calls are so long that
  // one always is.
  std::vector<Nanoseconds>& times = 2 * undisturbed.size() < all.size() ? all : undisturbed;
  std::sort(times.begin(), times.end());
  Status told = tell("latency calls", "", "", static_cast<double>(times.size()));
  if (told) told = tell("p50", "", "", quantile(times, 0.5));
  if (told) told = tell("p99", "", "", quantile(times, 0.99));
  return told;
}

Status Experiments::measure_memory() {
  const std::size_t calls = calls_within(kPhaseTime / static_cast<Nanoseconds>(kRounds), kRoundCalls);
  std::array<double, kRounds + 1> in_use{};  // before the first round, and after each
  for (std::size_t round = 0; round <= kRounds; ++round) {
    if (Status said = begin("many calls, one after another"); !said) return said;
    // The first round only warms up, what this program itself needs included.
    for (std::size_t i = 0; i < calls; ++i) (void)caller_.ask(requests_[i % used_]);
    in_use[round] = bytes_in_use();
  }
  std::size_t grew = 0;
  for (std::size_t round = 1; round <= kRounds; ++round) grew += in_use[round] > in_use[round - 1] ? 1 : 0;
  const double all = static_cast<double>(calls * kRounds);
  Status told = tell("memory calls", "", "", all);
  if (told) told = tell("rounds that grew", "", std::to_string(kRounds), static_cast<double>(grew));
  if (told) told = tell("bytes a call", "", "", (in_use[kRounds] - in_use[0]) / all);
  return told;
}

Status Experiments::watch_globals(const std::string& path) {
  const WritableMemory before = WritableMemory::taken(path);
  if (Status said = begin("many calls, one after another"); !said) return said;
  for (std::size_t i = 0; i < 2 * used_; ++i) (void)caller_.ask(requests_[i % used_]);
  const std::vector<WritableMemory::Change> changes = before.changes();
  Status told = tell("globals", "", "", static_cast<double>(before.size()));
  for (std::size_t i = 0; told && i < std::min(changes.size(), kMostTold); ++i)
    told =
        tell("written global", std::to_string(changes[i].address), "", static_cast<double>(changes[i].size));
  return told;
}

Status Experiments::crowd() {
  if (Status said = begin("many threads at once"); !said) return said;
  const std::size_t threads = std::min<std::size_t>(kMostThreads, version_.manifest().limits.concurrency);
  const std::size_t calls = std::min<std::size_t>(calls_within(kPhaseTime, 400), kLatencyCalls);
  std::atomic<bool> go = false;
  std::mutex mutex;  // of what is below
  std::vector<std::pair<std::size_t, std::string>> wrong;
  const auto work = [&](std::size_t first) {
    Caller caller(version_);
    while (!go) std::this_thread::yield();
    for (std::size_t i = 0; i < calls; ++i) {
      const std::size_t at = (first + i) % used_;
      const std::string_view answer = caller.ask(requests_[at]);
      if (answer == answers_[at]) continue;
      const std::lock_guard lock(mutex);
      if (wrong.size() < kMostTold) wrong.emplace_back(at, answer);
    }
  };
  std::vector<std::jthread> all;
  // Threads that ask for different things at a time: what they share shows.
  for (std::size_t i = 0; i < threads; ++i) all.emplace_back(work, i * used_ / threads);
  go = true;
  all.clear();
  Status told = tell("crowd calls", "", std::to_string(threads), static_cast<double>(threads * calls));
  for (std::size_t i = 0; told && i < wrong.size(); ++i)
    told = compare("in a crowd", wrong[i].first, wrong[i].second);
  return told;
}

}  // namespace slipway::worker
