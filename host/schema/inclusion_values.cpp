// What is asked of strings, numbers and arrays.
#include "schema/inclusion.hpp"

namespace slipway::schema {

bool Inclusion::text_duties(const Sequent& known, Term wanted, Duties& duties) {
  const TextRules& rules = *versions_.text(wanted);
  const TextFacts facts = text_facts(versions_, known.left);
  const auto settle = [&](Facet facet, const TextQuery& against) {
    const TextAnswer& answer = texts_.find(against);
    return duties.settle({.facet = facet, .text = answer.text}, answer.outcome == TextAnswer::Outcome::none);
  };
  if (rules.min_length > facts.query.min_length) {
    TextQuery shorter = facts.query;
    shorter.max_length = std::min<std::uint64_t>(shorter.max_length, rules.min_length - 1);
    if (!settle(Facet::min_length, shorter)) return false;
  }
  if (rules.max_length < facts.query.max_length && rules.max_length != kNone) {
    TextQuery longer = facts.query;
    longer.min_length = std::max<std::uint64_t>(longer.min_length, rules.max_length + std::uint64_t{1});
    if (!settle(Facet::max_length, longer)) return false;
  }
  if (rules.pattern != kNone) {
    TextQuery other = facts.query;
    other.avoiding.push_back(&versions_.program(wanted).patterns[rules.pattern]);
    if (!settle(Facet::pattern, other)) return false;
  }
  if (rules.format == Format::none ||
      std::find(facts.formats.begin(), facts.formats.end(), rules.format) != facts.formats.end())
    return true;
  return settle(Facet::format, facts.query);
}

bool Inclusion::number_duties(const Sequent& known, Term wanted, Form form, Duties& duties) {
  const NumberRules& rules = *versions_.number(wanted);
  const NumberFacts facts = number_facts(versions_, known.left);
  if (rules.has_minimum) {
    Bounds from;
    from.at_least(rules.minimum, rules.exclusive_minimum);
    if (!duties.settle({Facet::minimum}, contains(from, facts.bounds, form))) return false;
  }
  if (rules.has_maximum) {
    Bounds to;
    to.at_most(rules.maximum, rules.exclusive_maximum);
    if (!duties.settle({Facet::maximum}, contains(to, facts.bounds, form))) return false;
  }
  if (rules.multiple_of.is_zero()) return true;
  const bool multiple = (form == Form::integer && is_multiple(Decimal{1, 0}, rules.multiple_of)) ||
                        std::any_of(facts.multiples.begin(), facts.multiples.end(),
                                    [&](Decimal of) { return is_multiple(of, rules.multiple_of); });
  return duties.settle({Facet::multiple_of}, multiple);
}

// The first item that cannot be there ends the array.
std::uint32_t Inclusion::most_items(const ArrayFacts& facts, std::uint32_t tuple) {
  for (std::uint32_t i = 0; i <= tuple && i < facts.most; ++i) {
    ++level_;
    const bool none = holds(item_of(versions_, facts, i));
    --level_;
    if (none) return i;
  }
  return facts.most;
}

bool Inclusion::array_duties(const Sequent& known, Term wanted, Duties& duties) {
  const ArrayRules& rules = *versions_.array(wanted);
  const ArrayFacts facts = array_facts(versions_, known.left);
  const std::uint32_t tuple = std::max(facts.tuple, rules.tuple.count);
  const std::uint32_t most = most_items(facts, tuple);
  if (!duties.settle({Facet::min_items}, facts.least >= rules.min_items)) return false;
  if (!duties.settle({Facet::max_items}, most <= rules.max_items)) return false;
  if (rules.unique && !duties.settle({Facet::unique_items}, facts.unique || most <= 1)) return false;
  // An item beyond what both sides list stands for all that follow.
  for (std::uint32_t i = 0; i <= tuple && i < most; ++i) {
    const Term item = versions_.child(wanted, item_node(versions_, wanted, i));
    if (item.index != kAny && !duties.descend({i < rules.tuple.count ? Facet::item : Facet::rest, i},
                                              item_of(versions_, facts, i), item))
      return false;
  }
  return true;
}

}  // namespace slipway::schema
