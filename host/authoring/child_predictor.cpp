#include "authoring/child_predictor.hpp"

#include <poll.h>

#include <utility>

#include "worker/task.hpp"

namespace slipway::authoring {
namespace {

using Fate = worker::CallClient::Fate;

constexpr Nanoseconds kStartBudget = 60 * kSecond;

// Whether one of them is readable before `deadline`.
bool wait_for(int descriptor, int other, Nanoseconds deadline) {
  pollfd both[] = {{descriptor, POLLIN, 0}, {other, POLLIN, 0}};
  const Nanoseconds left = std::max<Nanoseconds>(0, deadline - monotonic_now());
  return ::poll(both, std::size(both), static_cast<int>(left / kMillisecond)) > 0;
}

std::string last_words(worker::Child& child) {
  std::string output = child.take_output();
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output.empty() ? output : "\nits last output: " + output;
}

}  // namespace

ChildPredictor::ChildPredictor(const model::Bundle& bundle, const plugin::StoredLibrary& stored,
                               std::filesystem::path program) {
  plan_.model = bundle.manifest.name;
  plan_.version = bundle.manifest.version.text();
  plan_.program = std::move(program);
  plan_.task = worker::make_task(worker::Purpose::serve, bundle.directory, bundle.manifest, stored, "{}");
  plan_.plugin = &stored;
}

Status ChildPredictor::create(model::HostServices& services) {
  services_ = &services;
  return start();
}

Status ChildPredictor::ensure_process() {
  return worker_ == nullptr ? start() : Status();
}

Status ChildPredictor::start() {
  Result<std::unique_ptr<worker::Worker>> worker = worker::Worker::start(plan_);
  if (!worker) return std::move(worker).error();
  worker_ = std::move(*worker);
  Status ready = hear_until_ready();
  if (!ready) worker_.reset();
  return ready;
}

Status ChildPredictor::hear_until_ready() {
  worker::Child& child = worker_->child();
  const Nanoseconds deadline = monotonic_now() + kStartBudget;
  while (!worker_->is_ready()) {
    if (!wait_for(child.messages(), child.ended(), deadline))
      return Error(Code::deadline_exceeded, "the model did not return " + worker_->where());
    Status heard = worker_->hear(*services_);
    if (!heard && heard.error().code == Code::unavailable)
      return Error(Code::failed_precondition, "the model's process " + child.ending().in_words() + " " +
                                                  worker_->where() + last_words(child));
    if (!heard) return heard;
  }
  return {};
}

// What it has logged and printed meanwhile: its pipes must not fill.
void ChildPredictor::hear_the_rest() {
  worker::Child& child = worker_->child();
  pollfd waiting{child.messages(), POLLIN, 0};
  while (::poll(&waiting, 1, 0) > 0 && worker_->hear(*services_).ok()) {
  }
  (void)child.take_output();
}

Status ChildPredictor::predict(const model::Prediction& prediction, document::Builder& response) {
  survival_ = Survival::lived;
  for (;;) {
    if (Status there = ensure_process(); !there) return there;
    hear_the_rest();
    worker::CallClient::Outcome outcome = worker_->calls().call(prediction, response);
    if (outcome.fate == Fate::answered) return std::move(outcome.status);
    if (outcome.fate != Fate::not_delivered) return ended(std::move(outcome));
    worker_.reset();  // it had ended before, and has not seen the request
  }
}

Status ChildPredictor::ended(worker::CallClient::Outcome outcome) {
  const std::unique_ptr<worker::Worker> gone = std::move(worker_);
  if (outcome.fate == Fate::lost) {
    survival_ = Survival::crashed;
    const std::string how = gone->child().ending().in_words();
    return Error(Code::unavailable, "the model's process " + how + last_words(gone->child()));
  }
  gone->child().kill();
  if (outcome.fate == Fate::broken) return std::move(outcome.status);
  survival_ = Survival::hung;
  return Error(Code::deadline_exceeded, "the model did not return");
}

plugin::UnloadReport ChildPredictor::unload() {
  destroy();
  return {};
}

}  // namespace slipway::authoring
