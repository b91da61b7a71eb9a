#include "worker/examination.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/units.hpp"
#include "worker/child.hpp"
#include "worker/deadlines.hpp"
#include "worker/task.hpp"

namespace slipway::worker {
namespace {

constexpr Nanoseconds kBudget = 120 * kSecond;
// Beyond the manifest's timeout: a step is one call, or many within a second.
constexpr Nanoseconds kPatience = 5 * kSecond;
constexpr std::size_t kMostObserved = 100'000;

class ExaminationRun {
 public:
  ExaminationRun(const model::Bundle& bundle, const plugin::StoredLibrary& plugin,
                 const ExaminationOptions& options)
      : bundle_(bundle), plugin_(plugin), options_(options) {}

  Result<Examination> run() {
    if (Status started = start(); !started) return std::move(started).error();
    while (!done_) hear();
    child_->kill();
    child_->end();
    return std::move(result_);
  }

 private:
  Status start() {
    Result<UniqueFd> copy = plugin_.open();
    if (!copy) return std::move(copy).error();
    Result<Child> child = Child::spawn(options_.program);
    if (!child) return std::move(child).error();
    child_.emplace(std::move(*child));
    Task task = make_task(Purpose::examine, bundle_.directory, bundle_.manifest, plugin_, "{}");
    task.experiment = options_.experiment;
    task.seed = options_.seed;
    return child_->send(task, copy->get());
  }

  void hear() {
    const Result<Message> message = child_->receive(deadlines_.next());
    if (message) return take(*message);
    if (message.error().code == Code::deadline_exceeded) {
      if (!deadlines_.put_off(monotonic_now(), child_->waited_for_a_core()))
        fail("the model did not return from " + where());
    } else if (message.error().code == Code::unavailable) {
      const std::string how = child_->ending().in_words();
      fail("the model's process " + how + " in " + where());
    } else {
      fail(message.error().message);
    }
  }

  void take(const Message& message) {
    if (const auto* const observed = std::get_if<Observed>(&message)) {
      if (result_.observed.size() < kMostObserved) result_.observed.push_back(*observed);
    } else if (const auto* const begins = std::get_if<StepBegins>(&message)) {
      step_ = *begins;
      if (step_.step == Step::predict)
        deadlines_.step(monotonic_now(), bundle_.manifest.limits.timeout + kPatience);
      else
        deadlines_.step();
    } else if (std::holds_alternative<Prepared>(message)) {
      if (Status told = child_->send(Proceed{}); !told) fail(told.error().message);
    } else if (std::holds_alternative<Ready>(message)) {
      done_ = true;
    } else if (const auto* const failed = std::get_if<Failed>(&message)) {
      fail(failed->why);
    } else if (!std::holds_alternative<OutOfMemory>(message)) {
      fail("the model's process sent a message that no examination sends");
    }
  }

  void fail(std::string why) {
    done_ = true;
    std::string output = child_->take_output();
    while (!output.empty() && output.back() == '\n') output.pop_back();
    result_.failure = std::move(why) + (output.empty() ? "" : "\nits last output: " + output);
    if (step_.step == Step::predict && step_.subject.starts_with(kRequestMark))
      result_.request = step_.subject.substr(kRequestMark.size());
  }

  std::string where() const {
    switch (step_.step) {
      case Step::load:
        return "its static initialisers, while it was loaded";
      case Step::create:
        return "create";
      case Step::predict:
        return step_.subject.starts_with(kRequestMark) ? "predict" : "predict, in " + step_.subject;
      default:
        return "its sandbox";
    }
  }

  const model::Bundle& bundle_;
  const plugin::StoredLibrary& plugin_;
  const ExaminationOptions& options_;
  std::optional<Child> child_;
  Deadlines deadlines_{monotonic_now(), kBudget};
  StepBegins step_;
  bool done_ = false;
  Examination result_;
};

}  // namespace

const Observed* Examination::find(std::string_view what) const {
  const auto found =
      std::find_if(observed.begin(), observed.end(), [&](const Observed& each) { return each.what == what; });
  return found == observed.end() ? nullptr : &*found;
}

Result<Examination> examine(const model::Bundle& bundle, const plugin::StoredLibrary& plugin,
                            const ExaminationOptions& options) {
  return ExaminationRun(bundle, plugin, options).run();
}

}  // namespace slipway::worker
