// Documents that prove a change.
#include "schema/change_finder.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kMostTried = 24;  // values at one place

}  // namespace

std::string ChangeFinder::find_example(const Sequent& known, Forms forms, Term wanted, const Duty& duty,
                                       const DocumentPlace& place) {
  std::size_t tried = 0;
  for (const std::string& value : candidates(known.left, forms, wanted, duty)) {
    if (!samples_.hold(known.left, value) || !samples_.refuses(wanted, value)) continue;
    if (std::string document = whole_document(value, place); !document.empty()) return document;
    if (++tried == kMostTried) break;
  }
  return {};
}

// Values that are likely not to meet the duty.
std::vector<std::string> ChangeFinder::candidates(const Terms& left, Forms forms, Term wanted,
                                                  const Duty& duty) {
  std::vector<std::string> values;
  const auto take = [&](std::optional<std::string> value) {
    if (value) values.push_back(std::move(*value));
  };
  switch (duty.facet) {
    case Facet::value:
      return {duty.text};
    case Facet::min_length:
    case Facet::max_length:
    case Facet::pattern:
      values.push_back(json_string(duty.text));
      break;
    case Facet::minimum:
    case Facet::maximum:
    case Facet::multiple_of:
      values = samples_.numbers(left, has(forms, Form::integer) ? Form::integer : Form::decimal,
                                *versions_.number(wanted));
      break;
    case Facet::max_items:
    case Facet::unique_items: {
      const auto item = samples_.value(item_of(versions_, array_facts(versions_, left), 0));
      const bool unique = duty.facet == Facet::unique_items;
      if (item)
        take(samples_.array(left, 0, *item, unique ? 2 : versions_.array(wanted)->max_items + 1, unique));
      break;
    }
    case Facet::max_properties:
      take(samples_.object(left, {}, versions_.object(wanted)->max_properties + 1));
      break;
    case Facet::dependency: {
      const Program& program = versions_.program(wanted);
      const std::string& trigger = program.names[program.dependencies[duty.index].name];
      const auto member = samples_.value(member_of(versions_, object_facts(versions_, left), trigger));
      if (member) take(samples_.object(left, {{trigger, *member}}, 0));
      break;
    }
    case Facet::negation: {
      Sequent forbidden{left, {}};
      versions_.assume(forbidden, versions_.child(wanted, versions_.logic(wanted)->negated));
      values = samples_.values(forbidden.left, forms, kMostTried);
      break;
    }
    default:
      break;
  }
  const std::vector<std::string> others = samples_.values(left, forms, kMostTried);
  values.insert(values.end(), others.begin(), others.end());
  return values;
}

// The value with documents around it, when the whole is one that tells the versions apart; else empty.
std::string ChangeFinder::whole_document(std::string value, const DocumentPlace& place) {
  for (const DocumentPlace* at = &place; at->outer != nullptr; at = at->outer) {
    const bool item = at->step->facet == Facet::item || at->step->facet == Facet::rest;
    if (!item && at->step->any_name && at->step->name.empty()) return {};
    auto around = item ? samples_.array(*at->container, at->step->index, value, 0)
                       : samples_.object(*at->container, {{at->step->name, value}}, 0);
    if (!around) return {};
    value = std::move(*around);
  }
  return samples_.hold(known_.left, value) && samples_.refuses(wanted_, value) ? value : std::string();
}

}  // namespace slipway::schema
