// What is asked of objects.
#include <map>

#include "schema/inclusion.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostPatterns = 4;  // that are told apart; with more, less is proven
constexpr int kMostTries = 8;             // to find a name that is not declared

using NamePatterns = std::map<std::string_view, const Pattern*>;  // by source

// Names that no schema declares, and that the patterns treat alike.
struct NameClass {
  std::set<std::string_view> matching;
  bool exact = true;  // these are all the patterns that match; otherwise nothing is known of patterns
  std::string name;   // one of them; empty where none is known
};

NamePatterns patterns_of(const Versions& versions, const std::vector<Term>& objects) {
  NamePatterns patterns;
  for (const Term term : objects) {
    const Range range = versions.object(term)->patterns;
    for (std::uint32_t i = 0; i < range.count; ++i) {
      const Program& program = versions.program(term);
      const Pattern& pattern = program.patterns[program.pattern_properties[range.first + i].pattern];
      patterns.try_emplace(pattern.source(), &pattern);
    }
  }
  return patterns;
}

bool is_declared(const Versions& versions, const std::vector<Term>& objects, std::string_view name) {
  return std::any_of(objects.begin(), objects.end(),
                     [&](Term object) { return declares(versions, object, name); });
}

// The names that some schema speaks of, those of the last of the objects first.
std::vector<std::string_view> names_of(const Versions& versions, const ObjectFacts& facts,
                                       const std::vector<Term>& objects) {
  std::vector<std::string_view> names;
  std::set<std::string_view> seen;
  const auto add = [&](std::string_view name) {
    if (seen.insert(name).second) names.push_back(name);
  };
  for (auto object = objects.rbegin(); object != objects.rend(); ++object) {
    const PropertyTable& properties = versions.object(*object)->properties;
    for (const Property& property : properties)
      if (property.node != PropertyTable::kUndeclared) add(properties.name(property));
  }
  for (const std::string_view name : facts.required) add(name);
  return names;
}

// A name for the query that no object declares: empty where none was found, nothing where there is none.
std::optional<std::string> find_name(const Versions& versions, PatternSearch& texts,
                                     const std::vector<Term>& objects, TextQuery query) {
  for (int i = 0; i < kMostTries; ++i) {
    const TextAnswer& answer = texts.find(query);
    if (answer.outcome == TextAnswer::Outcome::none && i == 0) return std::nullopt;
    if (answer.outcome != TextAnswer::Outcome::found) break;
    if (!answer.text.empty() && !is_declared(versions, objects, answer.text)) return answer.text;
    ++query.min_length;
  }
  return std::string();
}

std::vector<NameClass> name_classes(const Versions& versions, PatternSearch& texts,
                                    const std::vector<Term>& objects) {
  const NamePatterns patterns = patterns_of(versions, objects);
  if (patterns.size() > kMostPatterns) {
    NameClass anything;
    anything.exact = false;
    return {anything};
  }
  std::vector<NameClass> classes;
  for (std::size_t chosen = 0; chosen < std::size_t{1} << patterns.size(); ++chosen) {
    NameClass names;
    TextQuery query;
    std::size_t i = 0;
    for (const auto& [source, pattern] : patterns) {
      const bool in = (chosen >> i++ & 1) != 0;
      (in ? query.matching : query.avoiding).push_back(pattern);
      if (in) names.matching.insert(source);
    }
    const auto name = find_name(versions, texts, objects, query);
    if (!name) continue;
    names.name = *name;
    classes.push_back(std::move(names));
  }
  return classes;
}

// The schemas that surely (`known`), or perhaps, apply to members with such names.
std::vector<Term> undeclared_terms(const Versions& versions, Term object, const NameClass& names,
                                   bool known) {
  const ObjectRules& rules = *versions.object(object);
  const Program& program = versions.program(object);
  std::vector<Term> terms;
  for (std::uint32_t i = 0; i < rules.patterns.count; ++i) {
    const PatternProperty& p = program.pattern_properties[rules.patterns.first + i];
    if (names.exact ? names.matching.contains(program.patterns[p.pattern].source()) : !known)
      terms.push_back(versions.child(object, p.node));
  }
  const bool additional = names.exact ? terms.empty() : !known || rules.patterns.count == 0;
  if (additional) terms.push_back(versions.child(object, rules.additional));
  return terms;
}

}  // namespace

bool Inclusion::cannot_have(const ObjectFacts& facts, std::string_view name) {
  if (!facts.have_room_for(name)) return true;
  ++level_;
  const bool none = holds(member_of(versions_, facts, name));
  --level_;
  return none;
}

bool Inclusion::object_duties(const Sequent& known, Term wanted, Duties& duties) {
  const ObjectRules& rules = *versions_.object(wanted);
  const ObjectFacts facts = object_facts(versions_, known.left);
  if (!duties.settle({Facet::min_properties}, facts.least >= rules.min_properties)) return false;
  if (!duties.settle({Facet::max_properties}, facts.most <= rules.max_properties)) return false;
  for (const Property& property : rules.properties) {
    if (property.required == PropertyTable::kOptional) continue;
    const std::string_view name = rules.properties.name(property);
    if (!duties.settle({Facet::required, 0, std::string(name)}, facts.required.contains(name))) return false;
  }
  return member_duties(facts, wanted, duties) && dependency_duties(known, facts, wanted, duties);
}

bool Inclusion::member_duties(const ObjectFacts& facts, Term wanted, Duties& duties) {
  std::vector<Term> objects = facts.terms;
  objects.push_back(wanted);
  for (const std::string_view name : names_of(versions_, facts, objects)) {
    if (!facts.have_room_for(name)) continue;
    for (const Term term : member_terms(versions_, wanted, name))
      if (term.index != kAny &&
          !duties.descend({Facet::member, 0, std::string(name)}, member_of(versions_, facts, name), term))
        return false;
  }
  const ObjectRules& rules = *versions_.object(wanted);
  const bool open = rules.additional == kAny && rules.patterns.count == 0;
  if (open || facts.most <= facts.required.size()) return true;
  for (const NameClass& names : name_classes(versions_, texts_, objects)) {
    Sequent known;
    for (const Term term : facts.terms)
      for (const Term schema : undeclared_terms(versions_, term, names, true))
        versions_.assume(known, schema);
    for (const Term term : undeclared_terms(versions_, wanted, names, false))
      if (term.index != kAny && !duties.descend({Facet::member, 0, names.name, true}, known, term))
        return false;
  }
  return true;
}

bool Inclusion::dependency_duties(const Sequent& known, const ObjectFacts& facts, Term wanted,
                                  Duties& duties) {
  const Program& program = versions_.program(wanted);
  const Range dependencies = versions_.object(wanted)->dependencies;
  for (std::uint32_t i = dependencies.first; i < dependencies.first + dependencies.count; ++i) {
    const Dependency& dependency = program.dependencies[i];
    if (cannot_have(facts, program.names[dependency.name])) continue;
    Sequent present = known;
    versions_.assume(present, {Term::Part::presence, wanted.side, i});
    assume_dependencies(versions_, present);
    const ObjectFacts then = object_facts(versions_, present.left);
    for (std::uint32_t j = 0; j < dependency.required.count; ++j) {
      const std::string& name = program.names[program.name_lists[dependency.required.first + j]];
      if (!duties.settle({Facet::dependency, i, name}, then.required.contains(name))) return false;
    }
    if (dependency.node != kAny &&
        !duties.descend({Facet::dependent_schema, i}, present, versions_.child(wanted, dependency.node)))
      return false;
  }
  return true;
}

}  // namespace slipway::schema
