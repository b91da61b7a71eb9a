// Publishes and releases in a store, in place of a host. Says what it is about to do, and that it is done:
//
//   store_driver publish STORE BUNDLE
//   store_driver release STORE MODEL LABEL VERSION
//   store_driver loop STORE SCRATCH SEED      all of it in random order, until it is killed
//
//   try publish churn 1.7.0                   ack publish churn 1.7.0
//   try release churn canary 1.7.0 0.25       the share of a policy, or "-"
//   try withdraw churn canary
//   try collect churn 1.1.0 1.2.0             these versions, in this order
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <random>

#include "base/file.hpp"
#include "lifecycle/upkeep.hpp"

using namespace slipway;
using namespace slipway::lifecycle;

namespace {

namespace fs = std::filesystem;

constexpr const char* kModel = "churn";

// Straight into the pipe: what was said is said even if the process dies at once.
void say(const std::string& line) {
  if (!write_all(STDOUT_FILENO, line + "\n")) std::_Exit(3);
}

template <class T>
const T& ok(const Result<T>& result) {
  if (!result) {
    std::fprintf(stderr, "store_driver: %s\n", result.error().message.c_str());
    std::_Exit(1);
  }
  return *result;
}

Change change_of(Action action, const std::string& model, const std::string& label, const std::string& to) {
  Change change;
  change.decision.by = "driver";
  change.decision.action = action;
  change.decision.model = model;
  change.decision.label = label;
  change.decision.to = to;
  return change;
}

void publish(Store& store, const fs::path& bundle) {
  Result<StagedBundle> staged = store.stage(bundle);
  const std::string what = "publish " + ok(staged).model + " " + staged->version;
  say("try " + what);
  ok(store.publish(std::move(*staged), "driver"));
  say("ack " + what);
}

void release(Store& store, const Label& label) {
  char share[16] = "-";
  if (label.policy) std::snprintf(share, sizeof share, "%g", label.policy->share);
  const std::string what = "release " + label.model + " " + label.name + " " + label.version + " " + share;
  Change change = change_of(Action::release, label.model, label.name, label.version);
  change.labels = {label};
  say("try " + what);
  ok(store.ledger().record(change));
  say("ack " + what);
}

void withdraw(Store& store, const std::string& label) {
  Change change = change_of(Action::withdraw, kModel, label, "");
  change.withdrawn = {label};
  say("try withdraw " + std::string(kModel) + " " + label);
  ok(store.ledger().record(change));
  say("ack withdraw " + std::string(kModel) + " " + label);
}

void collect_garbage(Store& store) {
  const Retention retention{3, 0};
  const Nanoseconds now = utc_now();
  std::string what = "collect " + std::string(kModel);
  const Garbage garbage = ok(find_garbage(store, retention, now));
  for (const PublishedVersion& version : garbage.versions) what += " " + version.version;
  say("try " + what);
  ok(collect(store, retention, now, "driver"));
  say("ack " + what);
}

fs::path make_bundle(const fs::path& scratch, std::size_t number) {
  const std::string version = "1." + std::to_string(number) + ".0";
  const fs::path bundle = scratch / version;
  fs::create_directories(bundle / "lib" / "x86_64");
  std::ofstream(bundle / "model.yaml") << "name: " << kModel << "\nversion: " << version << "\nplugin: p\n";
  std::ofstream(bundle / "lib" / "x86_64" / "p.so") << std::string(20'000, 'x') << version;
  return bundle;
}

[[noreturn]] void loop(Store& store, const fs::path& scratch, unsigned seed) {
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t count) { return random() % count; };
  const std::string labels[] = {"stable", "canary", "mine"};
  for (;;) {
    std::vector<std::string> stored;
    const std::vector<PublishedVersion> versions = ok(store.ledger().versions());
    for (const PublishedVersion& version : versions)
      if (version.state == BundleState::stored) stored.push_back(version.version);
    const std::size_t dice = pick(10);
    if (stored.empty() || dice < 4) {
      publish(store, make_bundle(scratch, versions.size()));
    } else if (dice < 8) {
      Label label{kModel, labels[pick(3)], stored[pick(stored.size())], std::nullopt};
      if (label.name == "canary") label.policy.emplace().share = static_cast<double>(pick(5)) / 4;
      release(store, label);
    } else if (dice < 9) {
      withdraw(store, labels[pick(3)]);
    } else {
      collect_garbage(store);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) return 2;
  const Result<std::unique_ptr<Store>> opened = Store::open(real_file_system(), arguments[1]);
  Store& store = *ok(opened);
  if (arguments[0] == "publish")
    publish(store, arguments[2]);
  else if (arguments[0] == "release" && arguments.size() == 5)
    release(store, {arguments[2], arguments[3], arguments[4], std::nullopt});
  else if (arguments[0] == "loop" && arguments.size() == 4)
    loop(store, arguments[2], static_cast<unsigned>(std::stoul(arguments[3])));
  else
    return 2;
  return 0;
}
