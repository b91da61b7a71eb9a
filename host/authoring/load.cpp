#include "authoring/load.hpp"

#include <chrono>

namespace slipway::authoring {
namespace {

// Between two calls of one caller. What brings a version in gives way to what keeps cores busy.
constexpr std::chrono::milliseconds kPause{1};

}  // namespace

Load::Load(std::uint16_t port, const std::string& path, const std::vector<Expected>& expected,
           unsigned callers)
    : port_(port), path_(path), expected_(expected) {
  for (unsigned i = 0; i < callers; ++i) callers_.emplace_back(&Load::call, this, i);
}

Load::~Load() {
  stopping_ = true;
  for (std::thread& caller : callers_)
    if (caller.joinable()) caller.join();
}

void Load::note(const std::string& wrong, const std::string& request) {
  const std::lock_guard lock(mutex_);
  if (outcome_.wrong.empty()) {
    outcome_.wrong = wrong;
    outcome_.request = request;
  }
  stopping_ = true;
}

void Load::call(unsigned caller) {
  Result<HttpClient> client = HttpClient::connect(port_);
  if (!client) return note(client.error().message, "");
  for (std::size_t i = caller; !stopping_; ++i) {
    const Expected& each = expected_[i % expected_.size()];
    const Result<HttpAnswer> answer = client->post(path_, each.request);
    if (!answer) return note(answer.error().message, each.request);
    if (answer->status != each.answer.status)
      return note("is answered " + std::to_string(answer->status) + " " + answer->body, each.request);
    if (answer->status == 200 && answer->body != each.answer.body)
      return note("is answered " + answer->body + " where it was answered " + each.answer.body, each.request);
    ++calls_;
    std::this_thread::sleep_for(kPause);
  }
}

void Load::wait_for_calls(std::size_t more) {
  const std::size_t wanted = calls_ + more;
  while (calls_ < wanted && !stopping_) std::this_thread::sleep_for(kPause);
}

Load::Outcome Load::stop() {
  stopping_ = true;
  for (std::thread& caller : callers_) caller.join();
  callers_.clear();
  outcome_.calls = calls_;
  return outcome_;
}

}  // namespace slipway::authoring
