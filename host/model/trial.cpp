#include "model/trial.hpp"

#include <algorithm>

#include "base/units.hpp"

namespace slipway::model {
namespace {

// answers in the low 22 bits, failed ones in the next 21, slow ones in the highest 21. A half window is cut
// at 2^19 answers, and looked at often enough that none of them overflows.
constexpr unsigned kFailedShift = 22;
constexpr unsigned kSlowShift = 43;
constexpr std::uint64_t kAnswersMask = (std::uint64_t{1} << kFailedShift) - 1;
constexpr std::uint64_t kOthersMask = (std::uint64_t{1} << (kSlowShift - kFailedShift)) - 1;

Trial::Counts unpacked(std::uint64_t word) {
  return {word & kAnswersMask, (word >> kFailedShift) & kOthersMask, word >> kSlowShift};
}

Trial::Counts operator+(const Trial::Counts& a, const Trial::Counts& b) {
  return {a.answers + b.answers, a.failed + b.failed, a.slow + b.slow};
}

// A sum of two halves fits: each is cut long before.
std::uint64_t packed(const Trial::Counts& counts) {
  return std::min(counts.answers, kAnswersMask) | (std::min(counts.failed, kOthersMask) << kFailedShift) |
         (std::min(counts.slow, kOthersMask) << kSlowShift);
}

}  // namespace

Trial::Trial(const TrafficPolicy& policy, std::shared_ptr<const Bell> bell)
    : max_errors_(policy.max_errors),
      max_latency_(policy.max_latency),
      half_window_(std::max(policy.window, kShortestWindow) / 2),
      bell_(std::move(bell)),
      half_began_(monotonic_now()) {}

void Trial::observe(bool failed, Nanoseconds latency) noexcept {
  const bool slow = max_latency_ && latency > *max_latency_;
  const std::uint64_t one = 1 | (std::uint64_t{failed} << kFailedShift) | (std::uint64_t{slow} << kSlowShift);
  const Counts counts = unpacked(now_.fetch_add(one, std::memory_order_relaxed) + one) +
                        unpacked(before_.load(std::memory_order_relaxed));
  // A good answer never makes a trial fail.
  const bool passes = (failed && passes_error_bound(counts)) || (slow && passes_latency_bound(counts));
  if (!passes) return;
  std::uint64_t none = 0;
  if (verdict_.compare_exchange_strong(none, packed(counts), std::memory_order_acq_rel)) bell_->ring();
}

bool Trial::passes_error_bound(const Counts& counts) const noexcept {
  return max_errors_ && counts.answers >= kFewest &&
         static_cast<double>(counts.failed) > *max_errors_ * static_cast<double>(counts.answers);
}

// The p99 lies above the bound when more than one answer in a hundred does.
bool Trial::passes_latency_bound(const Counts& counts) const noexcept {
  return counts.answers >= kFewest && counts.slow >= kFewestSlow && counts.slow * 100 > counts.answers;
}

void Trial::move_on(Nanoseconds now) noexcept {
  if (now - half_began_ < half_window_ &&
      unpacked(now_.load(std::memory_order_relaxed)).answers < kMostCounted)
    return;
  // Between the two steps less is counted than there was: that never makes a trial fail.
  before_.store(0, std::memory_order_relaxed);
  before_.store(now_.exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
  half_began_ = now;
}

Trial::Counts Trial::counts() const noexcept {
  return unpacked(now_.load(std::memory_order_relaxed)) + unpacked(before_.load(std::memory_order_relaxed));
}

std::string Trial::why_failed() const {
  const std::uint64_t verdict = verdict_.load(std::memory_order_acquire);
  if (verdict == 0) return {};
  const Counts counts = unpacked(verdict);
  if (passes_error_bound(counts))
    return std::to_string(counts.failed) + " of " + std::to_string(counts.answers) +
           " answers failed, more than " + format_percent(*max_errors_);
  return std::to_string(counts.slow) + " of " + std::to_string(counts.answers) +
         " answers took longer than " + format_duration(*max_latency_) + ", more than 1%";
}

}  // namespace slipway::model
