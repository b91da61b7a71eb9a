#include "lifecycle/catalog.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>

#include "telemetry/log.hpp"

namespace slipway::lifecycle {
namespace {

using model::State;

std::int64_t wall_clock_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

constexpr std::size_t kMostEnded = 16;  // versions of one model that are listed although they do not serve

bool is_loaded(State state) {
  return state == State::ready || state == State::serving;
}

}  // namespace

Catalog::Entry* Catalog::find(VersionId id) {
  return const_cast<Entry*>(std::as_const(*this).find(id));
}

const Catalog::Entry* Catalog::find(VersionId id) const {
  const auto known = model_of_.find(id);
  if (known == model_of_.end()) return nullptr;
  const std::vector<Entry>& entries = models_.find(known->second)->second.entries;
  return &*std::find_if(entries.begin(), entries.end(), [&](const Entry& each) { return each.id == id; });
}

VersionId Catalog::enter(const std::string& model, const model::SemanticVersion& version,
                         const std::string& digest, std::filesystem::path directory) {
  const std::lock_guard lock(mutex_);
  Entry entry{++last_id_, version, std::move(directory), {}, {}};
  entry.shown.id = entry.id;
  entry.shown.version = version.text();
  entry.shown.digest = digest;
  enter_state(model, entry, State::staged, {});
  drop_superseded(models_[model], entry.shown.version);
  std::vector<Entry>& entries = models_[model].entries;
  const auto after = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& each) { return each.number > entry.number; });
  model_of_.emplace(entry.id, model);
  entries.insert(after, std::move(entry));
  publish(model);
  return last_id_;
}

bool Catalog::is_labelled(const Model& model, VersionId id) {
  return std::any_of(model.labels.begin(), model.labels.end(),
                     [&](const auto& each) { return each.second.id == id; });
}

// What failed or was unloaded before under the same version, and, of those under others, the oldest beyond a
// bound.
void Catalog::drop_superseded(Model& model, std::string_view version) {
  const auto ended = [&](const Entry& each) {
    return (each.shown.state == State::failed || each.shown.state == State::unloaded) && !each.shown.asleep &&
           !is_labelled(model, each.id);
  };
  std::vector<Entry>& entries = model.entries;
  std::size_t kept = 0;
  for (auto at = entries.rbegin(); at != entries.rend();) {
    if (ended(*at) && (at->shown.version == version || ++kept > kMostEnded)) {
      model_of_.erase(at->id);
      at = std::make_reverse_iterator(entries.erase(std::next(at).base()));
    } else {
      ++at;
    }
  }
}

void Catalog::move(VersionId id, State to, std::string why) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr) return;
  const std::string& model = model_of_[id];
  enter_state(model, *entry, to, std::move(why));
  publish(model);
}

void Catalog::enter_state(const std::string& model, Entry& entry, State to, std::string why) {
  assert(to == State::staged || model::may_follow(entry.shown.state, to));
  telemetry::log(to == State::failed ? telemetry::Level::error : telemetry::Level::debug, "version state",
                 {{"model", model},
                  {"version", entry.shown.version},
                  {"digest", std::string_view(entry.shown.digest).substr(0, 16)},
                  {"from", to == State::staged ? "" : model::to_text(entry.shown.state)},
                  {"state", model::to_text(to)},
                  {"why", why}});
  entry.shown.state = to;
  entry.shown.since_ms = wall_clock_ms();
  entry.shown.why = std::move(why);
  counters_.entered[static_cast<std::size_t>(to)].fetch_add(1, std::memory_order_relaxed);
}

void Catalog::install(VersionId id, std::shared_ptr<model::Slot> slot) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  assert(entry != nullptr);
  enter_service(model_of_[id], *entry, std::move(slot));
}

bool Catalog::wake(VersionId id, const std::shared_ptr<model::Slot>& slot) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr || !entry->shown.asleep || entry->shown.state != State::unloaded) return false;
  for (const State state : {State::loaded, State::warmed, State::gated})
    enter_state(model_of_[id], *entry, state, {});
  enter_service(model_of_[id], *entry, slot);
  return true;
}

void Catalog::enter_service(const std::string& name, Entry& entry, std::shared_ptr<model::Slot> slot) {
  entry.shown.slot = std::move(slot);
  entry.shown.asleep = false;
  if (entry.notice) entry.shown.slot->set_deprecation(*entry.notice);
  enter_state(name, entry, State::ready, {});
  Model& model = models_[name];
  for (auto& [label, pointer] : model.labels) {
    if (pointer.id != entry.id) continue;
    if (pointer.traffic.trial != nullptr) entry.shown.slot->set_trial(pointer.traffic.trial);
    pointer.shadow = begin_shadow(name, label, entry, pointer.traffic);
  }
  if (is_labelled(model, entry.id)) enter_state(name, entry, State::serving, {});
  publish(name);
}

VersionId Catalog::point(const std::string& label, VersionId id, Traffic traffic,
                         const std::vector<std::string>& withdrawn) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  assert(entry != nullptr && (is_loaded(entry->shown.state) || entry->shown.asleep));
  const std::string name = model_of_[id];
  for (const std::string& each : withdrawn) remove_label(name, each);
  const VersionId before = remove_label(name, label);
  if (traffic.trial != nullptr && entry->shown.slot != nullptr) entry->shown.slot->set_trial(traffic.trial);
  std::shared_ptr<model::Shadow> shadow = begin_shadow(name, label, *entry, traffic);
  models_[name].labels[label] = {id, std::move(traffic), std::move(shadow)};
  if (entry->shown.state == State::ready) enter_state(name, *entry, State::serving, {});
  if (before != id) counters_.swaps.fetch_add(1, std::memory_order_relaxed);
  publish(name);
  tables_.announce();
  return before;
}

VersionId Catalog::unpoint(const std::string& model, const std::string& label) {
  const std::lock_guard lock(mutex_);
  const VersionId before = remove_label(model, label);
  if (before == 0) return before;
  publish(model);
  tables_.announce();
  return before;
}

VersionId Catalog::remove_label(const std::string& name, const std::string& label) {
  Model& model = models_[name];
  const auto found = model.labels.find(label);
  if (found == model.labels.end()) return 0;
  const Pointer pointer = std::move(found->second);
  model.labels.erase(found);
  if (pointer.shadow != nullptr) pointer.shadow->ended.store(true, std::memory_order_relaxed);
  Entry* const entry = find(pointer.id);
  if (entry == nullptr || entry->shown.slot == nullptr) return pointer.id;
  if (entry->shown.slot->trial() == pointer.traffic.trial.get()) entry->shown.slot->set_trial(nullptr);
  if (!is_labelled(model, pointer.id)) enter_state(name, *entry, State::ready, {});
  return pointer.id;
}

std::shared_ptr<model::Slot> Catalog::withdraw(VersionId id) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr) return nullptr;
  const std::string& name = model_of_[id];
  if (entry->shown.asleep) {
    entry->shown.asleep = false;
    std::erase_if(models_[name].labels, [&](const auto& each) { return each.second.id == id; });
    publish(name);
  }
  if (!is_loaded(entry->shown.state)) return nullptr;
  std::erase_if(models_[name].labels, [&](const auto& each) { return each.second.id == id; });
  return take_slot(name, *entry);
}

std::shared_ptr<model::Slot> Catalog::put_to_sleep(VersionId id) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr || !is_loaded(entry->shown.state)) return nullptr;
  entry->shown.asleep = true;
  return take_slot(model_of_[id], *entry);
}

std::shared_ptr<model::Slot> Catalog::take_slot(const std::string& name, Entry& entry) {
  std::shared_ptr<model::Slot> slot = std::move(entry.shown.slot);
  entry.shown.slot = nullptr;
  enter_state(name, entry, State::draining, {});
  publish(name);
  tables_.announce();
  return slot;
}

void Catalog::forget(VersionId id) {
  const std::lock_guard lock(mutex_);
  const auto known = model_of_.find(id);
  if (known == model_of_.end()) return;
  const std::string name = std::move(known->second);
  model_of_.erase(known);
  std::vector<Entry>& entries = models_[name].entries;
  std::erase_if(entries, [&](const Entry& each) { return each.id == id; });
  if (entries.empty()) models_.erase(name);
  publish(name);
}

void Catalog::explain(VersionId id, std::string why) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr) return;
  entry->shown.why = std::move(why);
  publish(model_of_[id]);
}

std::shared_ptr<const model::Canary> Catalog::canary_of(const std::string& name, const Model& model,
                                                        const model::Route& route) {
  const auto found = model.labels.find(kCanary);
  if (found == model.labels.end() || !found->second.traffic.policy) return nullptr;
  if (route.labelled(kCanary) == nullptr) return nullptr;  // it fell asleep just before
  const model::TrafficPolicy& policy = *found->second.traffic.policy;
  return std::make_shared<const model::Canary>(
      model::Canary{route.labelled(kCanary), policy, model::Share(policy.share, name, policy.sticky_header),
                    found->second.traffic.trial});
}

// Null unless the label makes its version, which is in memory, one that gets copies.
std::shared_ptr<model::Shadow> Catalog::begin_shadow(const std::string& name, const std::string& label,
                                                     const Entry& entry, const Traffic& traffic) {
  if (label != kShadow || !traffic.policy || traffic.policy->share <= 0 || entry.shown.slot == nullptr)
    return nullptr;
  return std::make_shared<model::Shadow>(entry.shown.slot, name, *traffic.policy);
}

void Catalog::announce(VersionId id, std::shared_ptr<const model::DeprecationNotice> notice) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(id);
  if (entry == nullptr) return;
  entry->notice = notice;
  if (entry->shown.slot != nullptr) entry->shown.slot->set_deprecation(std::move(notice));
  publish(model_of_[id]);
}

// Makes and stores the table in which this one model is as it is now.
void Catalog::publish(const std::string& name) {
  const Nanoseconds begin = monotonic_now();
  const std::shared_ptr<const model::RoutingTable> current = tables_.current();
  const auto found = models_.find(name);
  if (found == models_.end()) {
    tables_.publish(current->without(name));
  } else {
    auto route = std::make_shared<model::Route>();
    route->name = name;
    for (const Entry& entry : found->second.entries) {
      model::RoutedVersion& shown = route->versions.emplace_back(entry.shown);
      for (const auto& [label, pointer] : found->second.labels) {
        if (pointer.id != entry.id) continue;
        shown.labels.push_back(label);
        if (shown.slot != nullptr) route->labels.emplace(label, shown.slot);
      }
    }
    route->stable = route->labelled(kStable);
    route->canary = canary_of(name, found->second, *route);
    if (const auto shadow = found->second.labels.find(kShadow); shadow != found->second.labels.end())
      route->shadow = shadow->second.shadow;
    tables_.publish(current->with(std::move(route)));
  }
  counters_.publish.observe(monotonic_now() - begin);
}

VersionId Catalog::labelled(std::string_view model, std::string_view label) const {
  const std::lock_guard lock(mutex_);
  const auto found = models_.find(model);
  if (found == models_.end()) return 0;
  const auto pointed = found->second.labels.find(label);
  return pointed == found->second.labels.end() ? 0 : pointed->second.id;
}

bool Catalog::is_labelled(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const auto known = model_of_.find(id);
  return known != model_of_.end() && is_labelled(models_.find(known->second)->second, id);
}

std::shared_ptr<model::Slot> Catalog::slot(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const Entry* const entry = find(id);
  return entry == nullptr ? nullptr : entry->shown.slot;
}

bool Catalog::takes_traffic_by_policy(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const auto known = model_of_.find(id);
  if (known == model_of_.end()) return false;
  const auto& labels = models_.find(known->second)->second.labels;
  return std::any_of(labels.begin(), labels.end(), [&](const auto& each) {
    return each.second.id == id && each.second.traffic.policy.has_value();
  });
}

std::string Catalog::model_of(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const auto known = model_of_.find(id);
  return known == model_of_.end() ? std::string() : known->second;
}

std::optional<Catalog::Sleeper> Catalog::sleeper(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const Entry* const entry = find(id);
  if (entry == nullptr || !entry->shown.asleep || entry->shown.state != State::unloaded) return std::nullopt;
  return Sleeper{model_of_.find(id)->second, entry->directory, entry->shown.digest};
}

bool Catalog::is_asleep(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const Entry* const entry = find(id);
  return entry != nullptr && entry->shown.asleep;
}

bool Catalog::is_draining(VersionId id) const {
  const std::lock_guard lock(mutex_);
  const Entry* const entry = find(id);
  return entry != nullptr && entry->shown.state == State::draining;
}

std::vector<VersionId> Catalog::loaded() const {
  const std::lock_guard lock(mutex_);
  std::vector<VersionId> all;
  for (const auto& [name, model] : models_)
    for (const Entry& entry : model.entries)
      if (is_loaded(entry.shown.state)) all.push_back(entry.id);
  return all;
}

}  // namespace slipway::lifecycle
