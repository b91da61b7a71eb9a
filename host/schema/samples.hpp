// Documents that schemas accept, found by trying what the schemas suggest and asking the validators. What
// compatibility shows its reader, and proves a breaking change with.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "schema/inclusion_facts.hpp"
#include "schema/inclusion_literals.hpp"

namespace slipway::schema {

// Values are JSON text. All results hold for the terms that were asked for; there may be values where none
// was found.
class Samples {
 public:
  static constexpr std::uint32_t kMostDepth = 24;
  static constexpr std::uint64_t kMostSteps = 20'000;

  Samples(const Versions& versions, PatternSearch& texts)
      : versions_(versions), texts_(texts), judge_(versions) {}

  // Different values of these forms.
  std::vector<std::string> values(const Terms& terms, Forms forms, std::size_t most);
  // Numbers at and around the bounds of `near`, too.
  std::vector<std::string> numbers(const Terms& terms, Form form, const NumberRules& near);
  // With these members among others, or that item; of at least that size. Alike: all other items equal it.
  std::optional<std::string> object(const Terms& terms, const std::map<std::string, std::string>& members,
                                    std::uint32_t size);
  std::optional<std::string> array(const Terms& terms, std::uint32_t index, const std::string& item,
                                   std::uint32_t size, bool alike = false);

  // What stands for a member or item about which that is known.
  std::optional<std::string> value(const Sequent& known);
  bool hold(const Terms& terms, const std::string& value);
  bool refuses(Term term, const std::string& value);
  bool is_of(Form form, const std::string& value);

 private:
  using Values = std::vector<std::string>;

  Values candidates(const Terms& terms, Form form);
  Values texts(const Terms& terms);
  Values arrays(const Terms& terms);
  Values objects(const Terms& terms);
  bool add_member(const ObjectFacts& facts, const std::string& name,
                  std::map<std::string, std::string>& members);
  std::string join(const std::map<std::string, std::string>& members) const;

  const Versions& versions_;
  PatternSearch& texts_;
  Judge judge_;
  std::unordered_map<std::string, std::optional<std::string>> known_;
  std::uint64_t steps_ = 0;
  std::uint32_t depth_ = 0;
};

}  // namespace slipway::schema
