// The release ledger: which versions are published, where each label points and how it takes part in traffic,
// and every decision that made it so. One SQLite file; each change is one transaction together with the
// decision behind it, and durable when it is acknowledged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/manifest.hpp"
#include "model/traffic_policy.hpp"

namespace slipway::lifecycle {

enum class BundleState {
  stored,
  collected,  // removed by garbage collection; publishing the same bytes again brings it back
  damaged,    // moved aside by repair; likewise
};

struct PublishedVersion {
  std::string model;
  std::string version;
  std::string digest;  // of its contents; never changes
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  BundleState state = BundleState::stored;
  Nanoseconds published_at = 0;  // UTC
  std::string published_by;
  Nanoseconds mentioned_at = 0;  // UTC, given by the ledger: when the last decision that names it was made
  std::optional<model::Deprecation> deprecation;  // by the operator; the manifest's own stays in the manifest
};

struct Label {
  std::string model;
  std::string name;  // stable, canary, shadow, or the operator's own
  std::string version;
  std::optional<model::TrafficPolicy> policy;

  bool operator==(const Label&) const = default;
};

enum class Action {
  publish,
  release,
  rollback,
  canary,
  shadow,
  withdraw,
  deprecate,
  unload,
  collect,
  repair
};
enum class Outcome { done, failed };

struct Decision {
  std::int64_t id = 0;  // given by the ledger, ascending
  Nanoseconds at = 0;   // UTC, given by the ledger
  std::string by;       // a user's name, or "host" for what it does by itself
  Action action = Action::publish;
  std::string model;
  std::string label;  // this and the versions: empty where there is none
  std::string from;
  std::string to;
  std::string why;
  Outcome outcome = Outcome::done;
  std::string details;  // what the gates found; which step failed, and why
  bool allow_breaking = false;
};

// What a decision changes, as it stands afterwards. A failed attempt changes nothing.
struct Change {
  Decision decision;
  std::optional<PublishedVersion> version;
  std::vector<Label> labels;
  std::vector<std::string> withdrawn;  // labels of the decision's model that are taken away
};

struct HistoryFilter {
  std::string model;  // empty: of all models
  std::string label;  // empty: whatever the label
  std::size_t limit = 100;
};

std::string_view to_text(BundleState state);
std::string_view to_text(Action action);
std::string_view to_text(Outcome outcome);

// One thread at a time.  [control]
class Ledger {
 public:
  // Makes the file if it is not there and brings an older one to this host's form. Refuses one of a newer
  // host. The process must hold the folder (FileSystem::claim): nobody else can open the ledger meanwhile.
  static Result<Ledger> open(const std::filesystem::path& file);

  Ledger(Ledger&&) noexcept;
  Ledger& operator=(Ledger&&) noexcept;
  ~Ledger();

  // All of the change and its decision, or, with an error, nothing. The decision comes back with its number
  // and time. Texts longer than 64 KiB are cut.
  Result<Decision> record(const Change& change);

  Result<std::optional<PublishedVersion>> version(std::string_view model, std::string_view version);
  Result<std::vector<PublishedVersion>> versions();  // by model, then in the order they were published
  Result<std::vector<Label>> labels();               // by model, then name
  Result<std::vector<Decision>> history(const HistoryFilter& filter);  // the newest first

  // What SQLite finds wrong with the file; empty: nothing.
  Result<std::vector<std::string>> check();

 private:
  struct State;
  explicit Ledger(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::lifecycle
