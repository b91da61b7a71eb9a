#include "lifecycle/deployer.hpp"

#include <exception>
#include <optional>

#include "base/build_id.hpp"
#include "plugin/cache_upkeep.hpp"
#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

using model::State;

constexpr unsigned kTidyEvery = 64;

// Step by step memory may run out, and a file-system function throw.
template <class Outcome>
Outcome guarded(const std::function<Outcome()>& work) {
  try {
    return work();
  } catch (const std::exception& failure) {
    return Error(Code::internal, "the host failed: " + std::string(failure.what()));
  }
}

Remembered worth_remembering(const Candidate& candidate) {
  Remembered bundle{candidate.warm_up, {}};
  if (candidate.bundle.warnings.empty()) bundle.parsed = model::parsed_yaml(candidate.bundle);
  return bundle;
}

// The cases are read where nothing has been kept of them.
Result<Candidate> open_to_warm_up(const std::filesystem::path& directory,
                                  const std::optional<Remembered>& kept) {
  Result<Candidate> candidate = open_candidate(directory, kept ? kept->parsed : model::ParsedYaml());
  if (!candidate) return candidate;
  if (kept)
    candidate->warm_up = kept->warm_up;
  else if (Status read = read_cases(*candidate); !read)
    return std::move(read).error();
  return candidate;
}

}  // namespace

Deployer::Deployer(Catalog& catalog, std::filesystem::path cache, SlotFactory make_slot,
                   std::map<std::string, model::Overrides> overrides, worker::ProbeOptions probe,
                   document::Limits response_limits)
    : catalog_(catalog),
      cache_(std::move(cache)),
      make_slot_(std::move(make_slot)),
      overrides_(std::move(overrides)),
      probe_(std::move(probe)),
      response_limits_(response_limits),
      gates_(cache_, program_build_id()) {}

Status Deployer::run_aside(Pace pace, const std::function<Status()>& work) {
  Status outcome;
  const auto aside = [&] { outcome = guarded(work); };
  if (!(pace == pace_of_caller() ? run_on_thread(aside) : prompt_.run(aside)))
    return Error(Code::unavailable, "cannot start a thread to load the model with");
  return outcome;
}

// Destroys and unloads what has not come into service.
void Deployer::give_back(std::unique_ptr<model::ModelVersion> version) {
  (void)run_aside(pace_of_caller(), [&]() -> Status {
    version.reset();
    return {};
  });
}

Result<Deployer::Deployed> Deployer::deploy(const std::filesystem::path& directory, const std::string& digest,
                                            const Observer& reached) {
  const std::lock_guard lock(mutex_);
  const Nanoseconds begin = monotonic_now();
  std::optional<Remembered> kept;
  Result<Candidate> candidate = guarded<Result<Candidate>>([&] {
    kept = gates_.remembered(digest);
    Result<Candidate> opened = open_to_warm_up(directory, kept);
    if (opened && !kept) kept = worth_remembering(*opened);
    return opened;
  });
  if (!candidate) return std::move(candidate).error();
  tidy_cache();
  Deployed deployed{
      catalog_.enter(candidate->bundle.manifest.name, candidate->bundle.manifest.version, digest, directory),
      candidate->bundle.manifest.name,
      candidate->bundle.manifest.version,
      digest,
      {},
      std::move(*kept)};
  Result<std::shared_ptr<model::Slot>> slot =
      bring_up(digest, Bundle::compared, std::move(*candidate), deployed.passed, [&](State state) {
        catalog_.move(deployed.id, state);
        reached(state);
      });
  if (!slot) {
    catalog_.move(deployed.id, State::failed, slot.error().message);
    return std::move(slot).error();
  }
  catalog_.install(deployed.id, std::move(*slot));
  reached(State::ready);
  telemetry::log(telemetry::Level::info, "model loaded",
                 {{"model", deployed.model},
                  {"version", deployed.version.text()},
                  {"golden_cases", static_cast<std::int64_t>(deployed.bundle.warm_up.cases)},
                  {"gated_before", deployed.passed.empty()},
                  {"ms", static_cast<double>(monotonic_now() - begin) / static_cast<double>(kMillisecond)}});
  return deployed;
}

Status Deployer::wake(VersionId id) {
  const std::lock_guard lock(mutex_);
  const std::optional<Catalog::Sleeper> sleeper = catalog_.sleeper(id);
  if (!sleeper) return {};  // somebody else has woken it, or taken it out
  const Nanoseconds begin = monotonic_now();
  Result<std::shared_ptr<model::Slot>> slot = [&]() -> Result<std::shared_ptr<model::Slot>> {
    Result<Candidate> candidate =
        guarded<Result<Candidate>>([&] { return open_to_warm_up(sleeper->directory, std::nullopt); });
    if (!candidate) return std::move(candidate).error();
    std::string passed;
    return bring_up(sleeper->digest, Bundle::not_compared, std::move(*candidate), passed, [](State) {});
  }();
  if (!slot) {
    catalog_.explain(id, "it could not be loaded again: " + slot.error().message);
    telemetry::log(telemetry::Level::error, "a model that was asleep cannot be loaded again",
                   {{"model", sleeper->model}, {"why", slot.error().message}});
    return std::move(slot).error();
  }
  if (!catalog_.wake(id, *slot)) {
    give_back((*slot)->take());
    return {};
  }
  telemetry::log(telemetry::Level::info, "model woken",
                 {{"model", sleeper->model},
                  {"ms", static_cast<double>(monotonic_now() - begin) / static_cast<double>(kMillisecond)}});
  return {};
}

void Deployer::remember(const Deployed& deployed) const {
  if (deployed.passed.empty()) return;
  gates_.note_passed(deployed.passed);
  gates_.remember(deployed.digest, deployed.bundle);
}

void Deployer::tidy_cache() {
  if (until_tidy_-- != 0) return;
  until_tidy_ = kTidyEvery;
  const plugin::CacheUpkeep done = plugin::tidy_cache(cache_, {});
  if (done.removed != 0)
    telemetry::log(telemetry::Level::info, "old copies of plugins are removed from the cache",
                   {{"files", static_cast<std::int64_t>(done.removed)},
                    {"bytes", static_cast<std::int64_t>(done.bytes)}});
}

Result<std::shared_ptr<model::Slot>> Deployer::bring_up(const std::string& digest, Bundle bundle,
                                                        Candidate candidate, std::string& passed,
                                                        const Reached& reached) {
  const std::vector<model::GoldenCase>& cases = candidate.cases;
  std::optional<plugin::StoredLibrary> plugin;
  bool may_start_threads = true;
  Status verified = guarded<Status>([&]() -> Status {
    if (const auto set = overrides_.find(candidate.bundle.manifest.name); set != overrides_.end())
      if (Status applied = apply_overrides(set->second, candidate); !applied) return applied;
    if (Status granted = model::check_needs(candidate.bundle.manifest); !granted) return granted;
    auto stored = model::ModelVersion::store_plugin(candidate.bundle, cache_);
    if (!stored) return std::move(stored).error();
    plugin.emplace(std::move(*stored));
    // The plugin's own digest besides: of these very bytes, whatever has become of the file.
    std::string tried = digest + '\n' + to_hex(plugin->digest()) + '\n' + candidate.parameters;
    if (const auto& batching = candidate.bundle.manifest.batching)
      tried += "\nbatches of " + std::to_string(batching->size);
    if (gates_.has_passed(tried)) return {};
    passed = std::move(tried);
    if (candidate.cases.empty())
      if (Status read = read_cases(candidate); !read) return read;
    const Result<std::size_t> threads = probe_candidate(candidate, *plugin, probe_);
    if (!threads) return threads.error();
    may_start_threads = *threads != 0 || candidate.bundle.manifest.isolation == model::Isolation::process;
    return {};
  });
  if (!verified) return std::move(verified).error();
  reached(State::verified);

  std::unique_ptr<model::ModelVersion> version;
  std::vector<Nanoseconds> times;
  const auto run_model = [&]() -> Status {
    const worker::IsolationOptions isolation{probe_.program, probe_.budget, response_limits_,
                                             candidate.parameters};
    auto loaded = worker::load_version(std::move(candidate.bundle), std::move(*plugin), isolation);
    if (!loaded) return std::move(loaded).error();
    version = std::move(*loaded);
    reached(State::loaded);
    times = warm_up(*version, candidate.warm_up.requests);
    reached(State::warmed);
    if (!passed.empty() || bundle == Bundle::not_compared)
      if (Status gated = run_gate(*version, cases); !gated) return gated;
    reached(State::gated);
    return {};
  };
  // The model's own threads, and its workers, are scheduled as the one that starts them, for good.
  if (Status ran = run_aside(may_start_threads ? Pace::prompt : pace_of_caller(), run_model); !ran) {
    give_back(std::move(version));
    return std::move(ran).error();
  }
  return make_slot_(std::move(version), times);
}

}  // namespace slipway::lifecycle
