#include "authoring/fault_list.hpp"

#include <algorithm>

#include "authoring/shrink.hpp"

namespace slipway::authoring {
namespace {

// A crash costs a new process, and a hang its patience besides.
constexpr std::size_t kMostProcesses = 100;
constexpr std::size_t kMostHangs = 2;
// Of one key: different mistakes that end alike are told apart when the requests that they shrink to differ.
constexpr std::size_t kMostAlike = 4;
constexpr const char* kHang = "hang";
constexpr Nanoseconds kHangTime = 5 * kSecond;  // for shrinking, where each attempt may take as long

}  // namespace

bool FaultList::is_enough() const {
  return processes_ >= kMostProcesses || hangs_ >= kMostHangs;
}

document::Json FaultList::smallest(const Fault& fault, const document::Json& request, std::string& what) {
  const Nanoseconds timeout = subject_.bundle.manifest.limits.timeout;
  const auto fails = [&](const document::Json& smaller) {
    const std::optional<Fault> again = judge(model_.ask(smaller.to_text()), timeout);
    if (!again || again->key != fault.key) return false;
    what = again->what;
    return true;
  };
  ShrinkBudget budget;
  if (fault.key == kHang) budget.time = kHangTime;
  return shrink(request, fails, budget);
}

FaultList::Known* FaultList::enough_of(const std::string& key) {
  const auto is_alike = [&](const Known& each) { return each.key == key; };
  const auto alike = std::count_if(known_.begin(), known_.end(), is_alike);
  const std::size_t most = key == kHang ? 1 : kMostAlike;
  if (static_cast<std::size_t>(alike) < most) return nullptr;
  return &*std::find_if(known_.begin(), known_.end(), is_alike);
}

void FaultList::add(const std::string& name, const Fault& fault, const document::Json& request) {
  if (fault.ended_the_process) ++processes_;
  if (fault.key == kHang) ++hangs_;
  const std::string which = fault.key + " " + without_digits(name);
  if (const auto found = by_name_.find(which); found != by_name_.end()) {
    ++known_[found->second].others;
    return;
  }
  if (Known* const first = enough_of(fault.key)) {
    ++first->others;
    return;
  }
  std::string what = fault.what;
  const std::string text = (fault.is_of_model ? smallest(fault, request, what) : request).to_text();
  const auto same = std::find_if(known_.begin(), known_.end(), [&](const Known& each) {
    return each.key == fault.key && each.finding.request == text;
  });
  by_name_.emplace(which, static_cast<std::size_t>(same - known_.begin()));
  if (same != known_.end()) {
    ++same->others;
    return;
  }
  const std::string command = subject_.predict_command(text);
  known_.push_back({fault.key, {name + ": " + what, text, command.empty() ? again_ : command}});
}

std::vector<Finding> FaultList::findings() const {
  std::vector<Finding> findings;
  for (const Known& each : known_) {
    findings.push_back(each.finding);
    if (each.others != 0) findings.back().what += "\n(" + std::to_string(each.others) + " more fail alike)";
  }
  return findings;
}

}  // namespace slipway::authoring
