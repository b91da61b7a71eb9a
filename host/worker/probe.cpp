#include "worker/probe.hpp"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "base/units.hpp"
#include "plugin/mappings.hpp"
#include "worker/child.hpp"
#include "worker/deadlines.hpp"
#include "worker/task.hpp"

namespace slipway::worker {
namespace {

constexpr std::size_t kMostFailuresNamed = 10;
// For a thread that was told to end and not waited for.
constexpr Nanoseconds kThreadsEnd = 200 * kMillisecond;

// One probe, from the child's start to its end.
class Probe {
 public:
  Probe(const model::Bundle& bundle, const plugin::StoredLibrary& plugin, const ProbeOptions& options)
      : bundle_(bundle),
        plugin_(plugin),
        options_(options),
        case_budget_(std::max(options.case_budget, bundle.manifest.limits.timeout)) {}

  Result<ProbeReport> run();

 private:
  Status start();
  Status tell(const Message& message, int descriptor = -1);
  Status hear();
  Status handle(const Prepared& message);
  Status handle(const StepBegins& message);
  Status handle(const CaseEnded& message);
  Status handle(const OutOfMemory&);
  Status handle(const Failed& message);
  Status handle(const Destroyed&);
  Status handle(const Unloaded& message);
  Status handle(const Task&) { return out_of_turn(); }
  Status handle(const Proceed&) { return out_of_turn(); }
  Status handle(const TakeCalls&) { return out_of_turn(); }
  Status handle(const Ready&) { return out_of_turn(); }
  Status handle(const Logged&) { return out_of_turn(); }
  Status handle(const Measured&) { return out_of_turn(); }
  Status handle(const Observed&) { return out_of_turn(); }

  // What a plugin leaves behind ends with its process, if that is its own.
  bool shares_a_process() const { return bundle_.manifest.isolation == model::Isolation::in_process; }
  Status out_of_turn() const;
  Status silent();
  Status ended();
  std::string where() const;
  std::string last_words() const;

  const model::Bundle& bundle_;
  const plugin::StoredLibrary& plugin_;
  const ProbeOptions& options_;
  const Nanoseconds case_budget_;
  const Nanoseconds begin_ = monotonic_now();
  std::optional<Child> child_;
  Step step_ = Step::prepare;
  std::string subject_;  // the case that runs; empty: a batch of them
  Deadlines deadlines_{begin_, options_.budget};
  std::size_t threads_before_ = 0;
  bool out_of_memory_ = false;
  bool done_ = false;
  ProbeReport report_;
};

Status Probe::start() {
  Result<UniqueFd> copy = plugin_.open();
  if (!copy) return std::move(copy).error();
  Result<Child> child = Child::spawn(options_.program);
  if (!child) return std::move(child).error();
  child_.emplace(std::move(*child));
  // More than a child can use before its time is up: for one whose host cannot end it.
  const auto seconds = static_cast<std::uint64_t>(options_.budget / kSecond + 1);
  const std::uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
  Task task = make_task(Purpose::probe, bundle_.directory, bundle_.manifest, plugin_, options_.parameters);
  task.cpu_limit = seconds * cores;
  return tell(task, copy->get());
}

Status Probe::tell(const Message& message, int descriptor) {
  Status sent = child_->send(message, descriptor);
  if (!sent && sent.error().code == Code::unavailable) return ended();
  return sent;
}

Result<ProbeReport> Probe::run() {
  Status outcome = start();
  while (outcome && !done_) outcome = hear();
  if (!outcome) return std::move(outcome).error();
  child_->kill();
  child_->end();
  report_.output = child_->output();
  report_.took = monotonic_now() - begin_;
  return std::move(report_);
}

Status Probe::hear() {
  const Result<Message> message = child_->receive(deadlines_.next());
  if (message) return std::visit([this](const auto& each) { return handle(each); }, *message);
  if (message.error().code == Code::deadline_exceeded)
    return deadlines_.put_off(monotonic_now(), child_->waited_for_a_core()) ? Status() : silent();
  if (message.error().code == Code::unavailable) return ended();
  return message.error();
}

Status Probe::handle(const Prepared& message) {
  report_.sandbox = message.in_force;
  report_.sandbox_missing = message.missing;
  threads_before_ = child_->threads();
  return tell(Proceed{});
}

Status Probe::handle(const StepBegins& message) {
  step_ = message.step;
  subject_ = message.subject;
  if (step_ == Step::predict)
    deadlines_.step(monotonic_now(), case_budget_);
  else
    deadlines_.step();
  if (step_ != Step::destroy) return {};
  const std::size_t threads = child_->threads();
  report_.threads = threads > threads_before_ ? threads - threads_before_ : 0;
  return tell(Proceed{});
}

Status Probe::handle(const CaseEnded& message) {
  ++report_.cases;
  if (report_.predict_times.size() < ProbeReport::kMostTimes)
    report_.predict_times.push_back(message.predict_time);
  if (message.difference.empty()) return {};
  ++report_.failed;
  if (report_.failures.size() < ProbeReport::kMostFailures)
    report_.failures.push_back({message.name, message.place, message.difference});
  return {};
}

Status Probe::handle(const OutOfMemory&) {
  out_of_memory_ = true;
  return {};
}

Status Probe::handle(const Failed& message) {
  child_->kill();
  child_->end();
  return Error(message.code, message.why + last_words());
}

Status Probe::handle(const Destroyed&) {
  const Nanoseconds patience = monotonic_now() + kThreadsEnd;
  std::size_t threads = child_->threads();
  while (threads > threads_before_ && monotonic_now() < patience) {
    std::this_thread::yield();
    threads = child_->threads();
  }
  if (threads > threads_before_ && shares_a_process())
    return Error(Code::failed_precondition,
                 "the model left " + std::to_string(threads - threads_before_) +
                     (threads - threads_before_ == 1 ? " thread" : " threads") +
                     " running after destroy, whose code would be unmapped under it; destroy must join what "
                     "create and predict start");
  return tell(Proceed{});
}

Status Probe::handle(const Unloaded& message) {
  if (!message.left_behind.empty() && shares_a_process())
    return Error(Code::failed_precondition,
                 "the plugin left behind " + message.left_behind +
                     ", which would point into nothing once it is unloaded; destroy must undo what create "
                     "and predict set up");
  done_ = true;
  if (!shares_a_process()) return {};
  report_.pinned_by = message.pinned_by;
  if (report_.pinned_by.empty() &&
      plugin::mappings_of(plugin_.name(), std::to_string(child_->pid())).count != 0)
    report_.pinned_by = "the loader gave it up, but parts of it are still mapped";
  return {};
}

Status Probe::out_of_turn() const {
  return Error(Code::internal, "the probe sent a message that no probe sends");
}

Status Probe::silent() {
  child_->kill();
  child_->end();
  return Error(
      Code::deadline_exceeded,
      "the model did not return from " + where() + " within " +
          (deadlines_.is_of_budget() ? "the " + format_duration(options_.budget) + " that a probe may take"
                                     : format_duration(case_budget_)) +
          last_words());
}

Status Probe::ended() {
  const Ending ending = child_->end();
  return Error(Code::failed_precondition,
               "the model's process " + ending.in_words() + " in " + where() + last_words());
}

std::string Probe::where() const {
  switch (step_) {
    case Step::prepare:
      return "its sandbox, before the plugin was loaded";
    case Step::load:
      return "its static initialisers, while it was loaded";
    case Step::create:
      return "create";
    case Step::predict:
      return subject_.empty() ? "predict of the golden cases in a batch"
                              : "predict of case \"" + subject_ + "\"";
    case Step::destroy:
      return "destroy";
    case Step::unload:
      return "its static destructors, while it was unloaded";
  }
  return {};
}

// What may explain a failure: the limit that was met, and what the plugin wrote.
std::string Probe::last_words() const {
  std::string words;
  if (out_of_memory_)
    words += "; it asked for more memory than the " +
             format_size(bundle_.manifest.limits.memory.value_or(0)) + " of limits.memory in its manifest";
  std::string output = child_->output();
  while (!output.empty() && output.back() == '\n') output.pop_back();
  if (!output.empty()) words += "\nits last output:\n" + output;
  return words;
}

}  // namespace

Result<ProbeReport> probe(const model::Bundle& bundle, const plugin::StoredLibrary& plugin,
                          const ProbeOptions& options) {
  return Probe(bundle, plugin, options).run();
}

Status all_passed(const ProbeReport& report) {
  if (report.failed == 0) return {};
  std::string words =
      std::to_string(report.failed) + " of " + std::to_string(report.cases) + " golden cases failed:";
  for (std::size_t i = 0; i < std::min(report.failures.size(), kMostFailuresNamed); ++i) {
    const FailedCase& each = report.failures[i];
    words += "\n" + each.place + ": case \"" + each.name + "\": " + each.difference;
  }
  return Error(Code::failed_precondition, words);
}

}  // namespace slipway::worker
