#include "schema/change_finder.hpp"

#include "document/pointer.hpp"
#include "schema/compatibility_wording.hpp"

namespace slipway::schema {

// The duties of one node towards values of one form: reports those that are not met.
class ChangeFinder::Pieces : public Duties {
 public:
  Pieces(ChangeFinder& finder, const Sequent& known, Form form, Term wanted, const DocumentPlace& place)
      : finder_(finder), known_(known), form_(form), wanted_(wanted), place_(place) {}

  bool settle(const Duty& duty, bool met) override {
    if (!met) finder_.add(known_, bit(form_), wanted_, duty, place_);
    return !finder_.full();
  }

  bool descend(const Duty& duty, const Sequent& known, Term wanted) override {
    if (duty.facet == Facet::dependent_schema) {
      finder_.explain(known, bit(Form::object), wanted, place_);
      return !finder_.full();
    }
    if (finder_.inclusion_.holds_with(known, wanted)) return true;
    DocumentPlace inner{&place_, &known_.left, &duty, place_.pointer, place_.unnamed};
    if (duty.any_name || duty.facet == Facet::rest) {
      document::append_token(inner.pointer, "*");
    } else if (duty.facet == Facet::item) {
      document::append_token(inner.pointer, duty.index);
    } else {
      document::append_token(inner.pointer, std::string_view(duty.name));
      if (known.left.empty()) inner.unnamed = duty.name;
    }
    const std::size_t before = finder_.findings_.size();
    if (wanted.index == kNever) {
      finder_.add(known, kAllForms, wanted, duty, inner);
    } else {
      finder_.explain(known, kAllForms, wanted, inner);
    }
    // Of a member that could be anything, one reason says enough.
    if (!inner.unnamed.empty() && finder_.findings_.size() > before + 1) finder_.findings_.resize(before + 1);
    return !finder_.full();
  }

 private:
  ChangeFinder& finder_;
  const Sequent& known_;
  Form form_;
  Term wanted_;
  const DocumentPlace& place_;
};

void ChangeFinder::explain(const Sequent& known, Forms forms, Term wanted, const DocumentPlace& place) {
  Forms failing = 0;
  for (const Form form : kEveryForm)
    if (has(static_cast<Forms>(forms & versions_.forms(known.left)), form) &&
        !inclusion_.holds_with(known, wanted, form))
      failing = static_cast<Forms>(failing | bit(form));
  if (failing == 0 || gave_up()) return;
  Terms goal;
  goal.add(wanted);
  const std::string visit =
      known.left.key() + '|' + known.right.key() + '|' + goal.key() + static_cast<char>(failing);
  if (!visited_.insert(visit).second) return;
  if (depth_ == kMostDepth) {
    too_deep_ = true;
    return;
  }
  ++depth_;
  explain_failing(known, failing, wanted, place);
  --depth_;
}

void ChangeFinder::explain_failing(const Sequent& known, Forms failing, Term wanted,
                                   const DocumentPlace& place) {
  const Forms allowed = versions_.forms(wanted);
  if (const auto refused = static_cast<Forms>(failing & ~allowed); refused != 0)
    add(known, refused, wanted, {Facet::type, refused}, place);
  for (const Form form : kEveryForm)
    if (has(static_cast<Forms>(failing & allowed), form)) explain_form(known, form, wanted, place);
}

void ChangeFinder::explain_form(Sequent known, Form form, Term wanted, const DocumentPlace& place) {
  if (gave_up()) return;
  if (form == Form::object) assume_dependencies(versions_, known);
  if (!explain_enumeration(known, form, wanted, place)) {
    if (explain_branches(known, form, wanted, place)) return;
    const Term rules{Term::Part::rules, wanted.side, wanted.index};
    Pieces pieces(*this, known, form, wanted, place);
    if (!inclusion_.holds_with(known, rules, form)) inclusion_.for_each_duty(known, wanted, form, pieces);
  }
  if (versions_.logic(wanted) != nullptr) explain_logic(known, form, wanted, place);
}

// Where the left side lists its values: names those that are refused, unless a part of `allOf` will.
bool ChangeFinder::explain_enumeration(const Sequent& known, Form form, Term wanted,
                                       const DocumentPlace& place) {
  const auto literals = versions_.enumeration(known.left);
  if (!literals) return false;
  const Logic* const logic = versions_.logic(wanted);
  const std::vector<Term> parts =
      logic == nullptr ? std::vector<Term>{} : versions_.children(wanted, logic->all_of);
  const auto refused_by_itself = [&](const std::string& value) {
    return samples_.is_of(form, value) && samples_.hold(known.left, value) &&
           samples_.refuses(wanted, value) &&
           std::none_of(parts.begin(), parts.end(), [&](Term part) { return samples_.refuses(part, value); });
  };
  for (std::uint32_t i = 0; i < literals->size() && !gave_up(); ++i) {
    const auto ways = spellings(literals->element(i));
    if (!ways) continue;
    const auto refused = std::find_if(ways->begin(), ways->end(), refused_by_itself);
    if (refused != ways->end())
      add(known, bit(form), wanted, {Facet::value, 0, describe(literals->element(i)), false, *refused},
          place);
  }
  return true;
}

// Where the left side has alternatives: goes into those that do not hold.
bool ChangeFinder::explain_branches(const Sequent& known, Form form, Term wanted,
                                    const DocumentPlace& place) {
  const auto split = versions_.find_split(known.left);
  if (!split) return false;
  for (const Term branch : split->branches) {
    Sequent narrower = known;
    versions_.assume(narrower, branch);
    if (split->exclusive)
      for (const Term other : split->branches)
        if (other != branch) narrower.right.add(other);
    if (!inclusion_.holds_with(narrower, wanted, form))
      explain_form(std::move(narrower), form, wanted, place);
  }
  return true;
}

void ChangeFinder::explain_logic(const Sequent& known, Form form, Term wanted, const DocumentPlace& place) {
  const Logic& logic = *versions_.logic(wanted);
  const bool enumerated = versions_.enumeration(known.left).has_value();
  if (!enumerated && logic.enumeration != kNone &&
      !inclusion_.holds_with(known, {Term::Part::enumeration, wanted.side, wanted.index}, form))
    add(known, bit(form), wanted, {Facet::enumeration}, place);
  for (const Term part : versions_.children(wanted, logic.all_of)) explain(known, bit(form), part, place);
  if (enumerated) return;
  if (logic.negated != kNone) {
    Sequent forbidden = known;
    versions_.assume(forbidden, versions_.child(wanted, logic.negated));
    if (!inclusion_.holds(std::move(forbidden), form))
      add(known, bit(form), wanted, {Facet::negation}, place);
  }
  if (logic.any_of.count != 0)
    explain_alternatives(known, form, wanted, versions_.children(wanted, logic.any_of), Facet::any_of, place);
  if (logic.one_of.count != 0)
    explain_alternatives(known, form, wanted, versions_.children(wanted, logic.one_of), Facet::one_of, place);
}

void ChangeFinder::explain_alternatives(const Sequent& known, Form form, Term wanted,
                                        const std::vector<Term>& branches, Facet facet,
                                        const DocumentPlace& place) {
  std::vector<Term> possible;  // for some of the values
  Sequent alternatives = known;
  for (const Term branch : branches) {
    Sequent both = known;
    versions_.assume(both, branch);
    if (!inclusion_.holds(std::move(both), form)) possible.push_back(branch);
    alternatives.right.add(branch);
  }
  const bool any = std::any_of(branches.begin(), branches.end(),
                               [&](Term branch) { return has(versions_.forms(branch), form); });
  if (!any) return add(known, bit(form), wanted, {facet, bit(form)}, place);
  if (possible.size() == 1) return explain(known, bit(form), possible[0], place);
  bool holds = inclusion_.holds(alternatives, form);
  for (std::size_t i = 0; facet == Facet::one_of && holds && i < possible.size(); ++i)
    for (std::size_t j = 0; j < i && holds; ++j) {
      Sequent both = known;
      versions_.assume(both, possible[i]);
      versions_.assume(both, possible[j]);
      holds = inclusion_.holds(std::move(both), form);
    }
  if (!holds) add(known, bit(form), wanted, {facet}, place);
}

void ChangeFinder::add(const Sequent& known, Forms forms, Term wanted, const Duty& duty,
                       const DocumentPlace& place) {
  Finding finding;
  finding.pointer = place.pointer;
  if (duty.facet == Facet::required) document::append_token(finding.pointer, std::string_view(duty.name));
  finding.schema_pointer = keyword_pointer(versions_, wanted, duty);
  finding.subject = describe(versions_, wanted, duty);
  finding.unnamed = place.unnamed;
  const auto known_one = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& other) {
    return other.pointer == finding.pointer && other.schema_pointer == finding.schema_pointer &&
           other.subject == finding.subject;
  });
  if (known_one != findings_.end() && !known_one->example.empty()) return;
  finding.example = find_example(known, forms, wanted, duty, place);
  if (known_one == findings_.end()) {
    findings_.push_back(std::move(finding));
  } else {
    known_one->example = std::move(finding.example);
  }
}

}  // namespace slipway::schema
