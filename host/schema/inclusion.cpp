#include "schema/inclusion.hpp"

namespace slipway::schema {
// All duties must be met, and the first that is not ends the matter.
class Inclusion::AllMet : public Duties {
 public:
  explicit AllMet(Inclusion& inclusion) : inclusion_(inclusion) {}
  bool settle(const Duty&, bool met) override { return met; }
  bool descend(const Duty& duty, const Sequent& known, Term wanted) override {
    if (duty.facet == Facet::dependent_schema) return inclusion_.holds_with(known, wanted, Form::object);
    ++inclusion_.level_;
    const bool holds = inclusion_.holds_with(known, wanted);
    --inclusion_.level_;
    return holds;
  }

 private:
  Inclusion& inclusion_;
};

bool Inclusion::holds_with(Sequent known, Term wanted) {
  known.right.add(wanted);
  return holds(known);
}

bool Inclusion::holds_with(Sequent known, Term wanted, Form form) {
  known.right.add(wanted);
  return holds(std::move(known), form);
}

bool Inclusion::holds(const Sequent& sequent) {
  const Forms forms = versions_.forms(sequent.left);
  return std::all_of(kEveryForm.begin(), kEveryForm.end(),
                     [&](Form form) { return !has(forms, form) || holds(sequent, form); });
}

// Drops what cannot help from the right. Returns whether nothing is left to prove.
bool Inclusion::simplify(Sequent& sequent, Form form) const {
  Terms right;
  for (const Term term : sequent.right) {
    if (!has(versions_.forms(term), form)) continue;
    if (versions_.is_open(term, form) || sequent.left.has(term)) return true;
    right.add(term);
  }
  sequent.right = std::move(right);
  return false;
}

bool Inclusion::holds(Sequent sequent, Form form) {
  if (form == Form::object) assume_dependencies(versions_, sequent);
  if (!has(versions_.forms(sequent.left), form) || simplify(sequent, form)) return true;
  if (++steps_ > kMostSteps) return false;
  const auto [at, added] =
      entries_.try_emplace(sequent.left.key() + '|' + sequent.right.key() + static_cast<char>(form));
  const std::string& key = at->first;  // stays where it is, as `entry` does
  Entry& entry = at->second;
  if (!added) return entry.state == State::open ? entry.level < level_ : entry.state == State::proven;
  if (depth_ == kMostDepth) {
    entries_.erase(at);
    return false;
  }
  entry.level = level_;
  const std::size_t before = proven_.size();
  ++depth_;
  const bool proven = prove(sequent, form);
  --depth_;
  if (proven) {
    proven_.push_back(&key);
  } else {
    // What was found on the way may have relied on this.
    for (; proven_.size() > before; proven_.pop_back()) entries_.erase(std::string(*proven_.back()));
  }
  entry.state = proven ? State::proven : State::failed;
  return proven;
}

bool Inclusion::prove(const Sequent& sequent, Form form) {
  if (const auto values = few_values(versions_, sequent.left, form)) return try_each(*values, sequent, form);
  for (const Term term : sequent.right)
    if (versions_.logic(term) != nullptr) return take_apart(sequent, form, term);
  if (meets_rules(sequent, form)) return true;
  const std::optional<Split> split = versions_.find_split(sequent.left);
  if (!split) return false;
  return std::all_of(split->branches.begin(), split->branches.end(), [&](Term branch) {
    Sequent narrower = sequent;
    versions_.assume(narrower, branch);
    if (split->exclusive)
      for (const Term other : split->branches)
        if (other != branch) narrower.right.add(other);
    return holds(std::move(narrower), form);
  });
}

bool Inclusion::try_each(const std::vector<std::string>& values, const Sequent& sequent, Form form) {
  steps_ += values.size();
  for (const std::string& value : values) {
    judge_.look_at(value);
    if (judge_.form() == form && judge_.all_hold(sequent.left) != Answer::no &&
        judge_.some_hold(sequent.right) != Answer::yes)
      return false;
  }
  return true;
}

// A node is all that it says, so each piece must be implied, the others on the right still being there to
// help.
bool Inclusion::take_apart(const Sequent& sequent, Form form, Term wanted) {
  const Logic& logic = *versions_.logic(wanted);
  Sequent rest = sequent;
  rest.right.remove(wanted);
  const auto with = [&](std::initializer_list<Term> left, const std::vector<Term>& right) {
    Sequent piece = rest;
    for (const Term term : left) versions_.assume(piece, term);
    for (const Term term : right) piece.right.add(term);
    return holds(std::move(piece), form);
  };
  if (!with({}, {Term{Term::Part::rules, wanted.side, wanted.index}})) return false;
  if (logic.enumeration != kNone && !with({}, {Term{Term::Part::enumeration, wanted.side, wanted.index}}))
    return false;
  for (const Term part : versions_.children(wanted, logic.all_of))
    if (!with({}, {part})) return false;
  if (logic.negated != kNone && !with({versions_.child(wanted, logic.negated)}, {})) return false;
  if (logic.any_of.count != 0 && !with({}, versions_.children(wanted, logic.any_of))) return false;
  if (logic.one_of.count == 0) return true;
  const std::vector<Term> branches = versions_.children(wanted, logic.one_of);
  if (!with({}, branches)) return false;
  for (std::size_t i = 0; i < branches.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (!with({branches[i], branches[j]}, {})) return false;
  return true;
}

bool Inclusion::meets_rules(const Sequent& sequent, Form form) {
  AllMet all_met(*this);
  for (const Term term : sequent.right)
    if (term.part != Term::Part::enumeration && for_each_duty(sequent, term, form, all_met)) return true;
  return is_empty(sequent, form);
}

bool Inclusion::for_each_duty(const Sequent& known, Term wanted, Form form, Duties& duties) {
  switch (form) {
    case Form::integer:
    case Form::decimal:
      return versions_.number(wanted) == nullptr || number_duties(known, wanted, form, duties);
    case Form::text:
      return versions_.text(wanted) == nullptr || text_duties(known, wanted, duties);
    case Form::array:
      return versions_.array(wanted) == nullptr || array_duties(known, wanted, duties);
    case Form::object:
      return versions_.object(wanted) == nullptr || object_duties(known, wanted, duties);
    default:
      return true;
  }
}

// Whether what the left side asks contradicts itself.
bool Inclusion::is_empty(const Sequent& sequent, Form form) {
  switch (form) {
    case Form::integer:
    case Form::decimal:
      return none_within(number_facts(versions_, sequent.left).bounds, form);
    case Form::text:
      return texts_.find(text_facts(versions_, sequent.left).query).outcome == TextAnswer::Outcome::none;
    case Form::array: {
      const ArrayFacts facts = array_facts(versions_, sequent.left);
      return facts.least > most_items(facts, facts.tuple);
    }
    case Form::object: {
      const ObjectFacts facts = object_facts(versions_, sequent.left);
      return facts.least > facts.most ||
             std::any_of(facts.required.begin(), facts.required.end(),
                         [&](std::string_view name) { return cannot_have(facts, name); });
    }
    default:
      return false;
  }
}

}  // namespace slipway::schema
