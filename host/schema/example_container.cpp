// The search's arrays and objects.
#include <algorithm>

#include "schema/example_search.hpp"
#include "schema/example_text.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr int kVariedTries = 6;          // at an array or an object, when the plain ones were refused
constexpr int kItemTries = 50;           // at an item unlike those before it, or at a name
constexpr std::uint32_t kMoreItems = 3;  // than must be, in a varied array

}  // namespace

Result<Sketch> ExampleSearch::array(const Goal& goal, const Demand& demand) {
  const std::uint32_t least = demand.min_items;
  const std::uint32_t most = demand.most_items();
  if (least > most)
    return unsatisfied(goal, "it needs " + count_of(least, "item") + ", but allows " + std::to_string(most));
  if (least >= options_.values)
    return unsatisfied(goal, "it needs more than " + count_of(options_.values, "value"));
  std::uint32_t shown = goal.terse ? least : 1;
  for (const ArrayRules* const rules : demand.arrays)
    if (!goal.terse) shown = std::max(shown, rules->tuple.count);
  // In a recursion seldom more than must be: items that each have several more like themselves never end.
  if (varied_)
    shown = least + (goal.terse ? (random_.one_in(3) ? 1 : 0)
                                : static_cast<std::uint32_t>(random_.below(kMoreItems + 1)));
  shown = std::clamp(shown, least, std::max(least, std::min(most, options_.values)));

  Result<Sketch> found = items(goal, demand, shown);
  if (found) return found;
  Error first = std::move(found).error();
  // Fewer items, and then more.
  for (int i = 0; i < kVariedTries && !spent(); ++i) {
    const std::uint32_t count = least + static_cast<std::uint32_t>(i);
    if (count == shown || count > most) continue;
    found = items(goal, demand, count);
    if (found) return found;
  }
  return first;
}

Result<Sketch> ExampleSearch::items(const Goal& goal, const Demand& demand, std::uint32_t count) {
  Sketch made = Sketch::of_kind(SLW_ARRAY);
  std::unordered_set<std::string> known;  // as JSON, where all must be different
  std::vector<NodeId> last;
  std::size_t each = 0;
  std::size_t values = 1;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::vector<NodeId> schemas = demand.item(i);
    if (i != 0 && schemas == last && !demand.unique && !varied_) {
      made.items.push_back(made.items.back());
    } else {
      Result<Sketch> item = demand.unique ? new_item(demand, i, known) : value(schemas);
      if (!item) return item;
      if (demand.unique) known.insert(json(*item));
      each = item->values();
      made.items.push_back(std::move(*item));
      last = std::move(schemas);
    }
    values += each;
    if (values > options_.values)
      return unsatisfied(goal, "it needs more than " + count_of(options_.values, "value"));
  }
  if (accepted(goal, made)) return made;
  return unsatisfied(goal, "no array was found that satisfies all that is asked of it");
}

Result<Sketch> ExampleSearch::new_item(const Demand& demand, std::uint32_t index,
                                       const std::unordered_set<std::string>& known) {
  const bool varied = varied_;
  Result<Sketch> item = value(demand.item(index));
  varied_ = true;
  for (int i = 0; i < kItemTries && item && !spent(); ++i) {
    if (!known.contains(json(*item))) break;
    item = value(demand.item(index));
  }
  varied_ = varied;
  return item;
}

Result<Sketch> ExampleSearch::object(const Goal& goal, const Demand& demand) {
  Optional plain = goal.terse ? Optional::none : Optional::all;
  if (varied_ && !goal.terse) plain = Optional::some;
  Result<Sketch> found = members(goal, {demand, {}, {}}, plain);
  if (found) return found;
  Error first = std::move(found).error();
  for (int i = 0; i < kVariedTries && !spent(); ++i) {
    found = members(goal, {demand, {}, {}, i % 2 != 0}, i < 2 ? Optional::none : Optional::some);
    if (found) return found;
  }
  found = members(goal, {demand, {}, {}}, Optional::all);
  if (found) return found;
  return first;
}

Result<Sketch> ExampleSearch::members(const Goal& goal, Selection selection, Optional optional) {
  select_declared(goal, selection, optional);
  follow_dependencies(goal, selection);
  if (optional != Optional::none || selection.members.size() < selection.demand.min_properties)
    invent(goal, selection);
  Sketch made = Sketch::of_kind(SLW_OBJECT);
  std::size_t left_over = selection.members.size();
  std::size_t values = 1;
  int renamed = 0;
  for (std::size_t i = 0; i < selection.members.size(); ++i) {
    const auto& [name, needed, invented] = selection.members[i];
    // Optional members go first where there are too many.
    if (!needed && left_over > selection.demand.max_properties) {
      --left_over;
      continue;
    }
    std::vector<NodeId> schemas;
    const bool allowed = selection.demand.member(name, schemas);
    if (!allowed && needed) return unsatisfied(goal, quoted(name) + " is required, but not allowed");
    if (!allowed) continue;
    Result<Sketch> member = value(schemas);
    if (!member && needed && invented && !spent() && renamed++ < kItemTries &&
        selection.rename(i, new_name(selection, false))) {
      --i;
      continue;
    }
    if (!member && needed) return member;
    if (!member) continue;
    values += member->values();
    if (values > options_.values)
      return unsatisfied(goal, "it needs more than " + count_of(options_.values, "value"));
    made.names.push_back(name);
    made.items.push_back(std::move(*member));
  }
  if (accepted(goal, made)) return made;
  return unsatisfied(goal, "no object was found that satisfies all that is asked of it");
}

// Optional members that lead back to where the search has been are left out.
void ExampleSearch::select_declared(const Goal& goal, Selection& selection, Optional optional) {
  for (const ObjectRules* const rules : selection.demand.objects)
    for (const Property& property : rules->properties) {
      const std::string_view name = rules->properties.name(property);
      const bool needed = property.required != PropertyTable::kOptional;
      bool wanted =
          optional == Optional::all || (optional == Optional::some && !goal.terse && random_.one_in(2));
      std::vector<NodeId> schemas;
      if (wanted && !needed) wanted = selection.demand.member(name, schemas) && !recurs(schemas);
      if (needed || wanted) selection.add(name, needed);
    }
}

// What one member brings along, until nothing new comes.
void ExampleSearch::follow_dependencies(const Goal& goal, Selection& selection) {
  Demand& demand = selection.demand;
  std::size_t chosen = demand.choices.size();
  std::vector<const Dependency*> followed;
  for (bool more = true; more;) {
    more = false;
    const std::vector<const ObjectRules*> objects = demand.objects;
    for (const ObjectRules* const rules : objects)
      for (std::uint32_t i = 0; i < rules->dependencies.count; ++i) {
        const Dependency& dependency = program_.dependencies[rules->dependencies.first + i];
        if (!selection.has(program_.names[dependency.name]) ||
            std::find(followed.begin(), followed.end(), &dependency) != followed.end())
          continue;
        followed.push_back(&dependency);
        more = true;
        for (std::uint32_t n = 0; n < dependency.required.count; ++n)
          selection.add(program_.names[program_.name_lists[dependency.required.first + n]], true);
        if (dependency.node != kAny) demand.add(dependency.node);
      }
    // Of what these leave open, the first that comes: the others are not tried.
    for (; chosen < demand.choices.size(); ++chosen)
      demand.add(branches(goal, demand.choices[chosen]).front());
    for (const ObjectRules* const rules : demand.objects)
      for (const Property& property : rules->properties)
        if (property.required != PropertyTable::kOptional)
          selection.add(rules->properties.name(property), true);
  }
}

// Members that no schema names: as many as there must be, and one where an object would have nothing to show.
void ExampleSearch::invent(const Goal& goal, Selection& selection) {
  const Demand& demand = selection.demand;
  const bool speaks = std::any_of(demand.objects.begin(), demand.objects.end(), [](const ObjectRules* rules) {
    return rules->patterns.count != 0 || rules->additional > kNever;
  });
  const bool shows = speaks && !goal.terse && (selection.members.empty() || (varied_ && random_.one_in(3)));
  const std::size_t wanted =
      std::max<std::size_t>(demand.min_properties, selection.members.size() + (shows ? 1 : 0));
  while (selection.members.size() < std::min<std::size_t>(wanted, options_.values)) {
    std::string name = new_name(selection, false);
    if (name.empty() && selection.members.size() < demand.min_properties) name = new_name(selection, true);
    if (name.empty()) return;
    selection.add(name, selection.members.size() < demand.min_properties);
    selection.members.back().invented = true;
  }
}

// Empty where none was found. `recursing`: also one whose value leads back to where the search has been.
std::string ExampleSearch::new_name(const Selection& selection, bool recursing) {
  const auto free = [&](const std::string& name) {
    std::vector<NodeId> schemas;
    return !selection.has(name) && selection.demand.member(name, schemas) && (recursing || !recurs(schemas));
  };
  for (const ObjectRules* const rules : selection.demand.objects)
    for (std::uint32_t i = 0; i < rules->patterns.count; ++i) {
      Demand text(program_);
      text.patterns.push_back(program_.pattern_properties[rules->patterns.first + i].pattern);
      TextSearch search(text, varied_, random_);
      while (std::optional<std::string> name = search.next())
        if (free(*name)) return *name;
    }
  const auto declared = [&]() -> std::string {
    for (const ObjectRules* const rules : selection.demand.objects)
      for (const Property& property : rules->properties)
        if (std::string name(rules->properties.name(property)); free(name)) return name;
    return {};
  };
  if (selection.declared_first)
    if (std::string name = declared(); !name.empty()) return name;
  for (std::size_t i = 0; i < kItemTries; ++i) {
    const std::size_t number = selection.members.size() + i;
    std::string name = number == 0 ? "name" : "name" + std::to_string(number + 1);
    if (free(name)) return name;
  }
  return selection.declared_first ? std::string() : declared();
}

bool ExampleSearch::Selection::has(std::string_view name) const {
  return index.contains(std::string(name));
}

// The old name stays known, so that it is not invented again.
bool ExampleSearch::Selection::rename(std::size_t member, std::string name) {
  if (name.empty()) return false;
  index.emplace(name, member);
  members[member].name = std::move(name);
  return true;
}

void ExampleSearch::Selection::add(std::string_view name, bool needed) {
  const auto [at, added] = index.try_emplace(std::string(name), members.size());
  if (added)
    members.push_back({std::string(name), needed});
  else
    members[at->second].needed = members[at->second].needed || needed;
}

}  // namespace slipway::schema
