#include "schema/inclusion_terms.hpp"

namespace slipway::schema {
namespace {

constexpr Forms forms_of(const Node& node) {
  Forms forms = 0;
  const auto take = [&](unsigned kind, Form form) {
    if ((node.kinds >> kind & 1) != 0) forms = static_cast<Forms>(forms | bit(form));
  };
  take(SLW_NULL, Form::null);
  take(SLW_FALSE, Form::no);
  take(SLW_TRUE, Form::yes);
  take(SLW_INT64, Form::integer);
  if (!node.integral_only) take(SLW_FLOAT64, Form::decimal);
  take(SLW_STRING, Form::text);
  take(SLW_ARRAY, Form::array);
  take(SLW_OBJECT, Form::object);
  return forms;
}

}  // namespace

bool Terms::add(Term term) {
  const auto at = std::lower_bound(terms_.begin(), terms_.end(), term);
  if (at != terms_.end() && *at == term) return false;
  terms_.insert(at, term);
  return true;
}

void Terms::remove(Term term) {
  const auto at = std::lower_bound(terms_.begin(), terms_.end(), term);
  if (at != terms_.end() && *at == term) terms_.erase(at);
}

std::string Terms::key() const {
  std::string key;
  for (const Term term : terms_) {
    key.push_back(
        static_cast<char>(static_cast<unsigned>(term.part) << 1 | static_cast<unsigned>(term.side)));
    key.append(reinterpret_cast<const char*>(&term.index), sizeof term.index);
  }
  return key;
}

template <class Rules>
const Rules* Versions::rules(Term term, std::uint32_t Node::*index,
                             const std::vector<Rules> Program::*table) const {
  if (term.part != Term::Part::whole && term.part != Term::Part::rules) return nullptr;
  const std::uint32_t at = node(term).*index;
  return at == kNone ? nullptr : &(program(term).*table)[at];
}

const TextRules* Versions::text(Term term) const {
  return rules(term, &Node::text, &Program::texts);
}
const NumberRules* Versions::number(Term term) const {
  return rules(term, &Node::number, &Program::numbers);
}
const ArrayRules* Versions::array(Term term) const {
  return rules(term, &Node::array, &Program::arrays);
}
const ObjectRules* Versions::object(Term term) const {
  return rules(term, &Node::object, &Program::objects);
}
const Logic* Versions::logic(Term term) const {
  return term.part == Term::Part::whole ? rules(term, &Node::logic, &Program::logics) : nullptr;
}

Forms Versions::forms(Term term) const {
  return term.part == Term::Part::presence ? bit(Form::object) : forms_of(node(term));
}

Forms Versions::forms(const Terms& terms) const {
  Forms all = kAllForms;
  for (const Term term : terms) all = static_cast<Forms>(all & forms(term));
  return all;
}

bool Versions::is_open(Term term, Form form) const {
  if (term.part == Term::Part::enumeration || term.part == Term::Part::presence || logic(term) != nullptr)
    return false;
  switch (form) {
    case Form::integer:
    case Form::decimal:
      return number(term) == nullptr;
    case Form::text:
      return text(term) == nullptr;
    case Form::array:
      return array(term) == nullptr;
    case Form::object:
      return object(term) == nullptr;
    default:
      return true;
  }
}

std::vector<Term> Versions::children(Term of, Range range) const {
  std::vector<Term> all;
  for (std::uint32_t i = 0; i < range.count; ++i)
    all.push_back(child(of, program(of).children[range.first + i]));
  return all;
}

void Versions::assume(Sequent& sequent, Term term) const {
  if (term.part == Term::Part::whole && term.index == kAny) return;
  if (!sequent.left.add(term)) return;
  const Logic* const rules = logic(term);
  if (rules == nullptr) return;
  for (const Term part : children(term, rules->all_of)) assume(sequent, part);
  if (rules->negated != kNone) sequent.right.add(child(term, rules->negated));
}

std::optional<Split> Versions::find_split(const Terms& left) const {
  for (const Term term : left) {
    const Logic* const rules = logic(term);
    if (rules == nullptr) continue;
    for (const bool exclusive : {false, true}) {
      std::vector<Term> branches = children(term, exclusive ? rules->one_of : rules->any_of);
      const bool done = std::any_of(branches.begin(), branches.end(),
                                    [&](Term branch) { return branch.index == kAny || left.has(branch); });
      if (!branches.empty() && !done) return Split{std::move(branches), exclusive};
    }
  }
  return std::nullopt;
}

std::optional<document::Value> Versions::enumeration(const Terms& terms) const {
  for (const Term term : terms) {
    const Logic* const rules = logic(term);
    if (rules != nullptr && rules->enumeration != kNone)
      return program(term).literal_list(program(term).enumerations[rules->enumeration]);
  }
  return std::nullopt;
}

}  // namespace slipway::schema
