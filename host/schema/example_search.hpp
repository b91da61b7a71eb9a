// Looks for a value that a schema accepts: what its parts say is put together, a value is made of that, and
// the validator has the last word. Where that refuses, the next alternative is tried, within a budget of
// steps.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.hpp"
#include "base/result.hpp"
#include "schema/example.hpp"
#include "schema/example_demand.hpp"
#include "schema/sketch.hpp"

namespace slipway::schema {

class ExampleSearch {
 public:
  ExampleSearch(const Program& program, const ExampleOptions& options);

  // The error's pointer is of the schema that could not be satisfied.
  Result<Sketch> find();

 private:
  // What is looked for: a value that all of `schemas` accept.
  struct Goal {
    std::vector<NodeId> schemas;
    bool terse;  // in a recursion, or deep inside: only what must be
  };
  struct Member {
    std::string name;
    bool needed;
    bool invented = false;
  };
  // A selection of an object's members, with all that they bring along.
  struct Selection {
    Demand demand;
    std::vector<Member> members;
    std::unordered_map<std::string, std::size_t> index;  // in `members`
    bool declared_first = true;  // where a member is invented, a name that a schema declares is taken first

    bool has(std::string_view name) const;
    void add(std::string_view name, bool needed);
    bool rename(std::size_t member, std::string name);
  };
  enum class Optional : std::uint8_t { all, none, some };
  // One of several kinds has half of the steps that are left, the last one all: objects whose members
  // multiply must not take them all from a plain number.
  class Share {
   public:
    Share(ExampleSearch& search, bool last) : search_(search), whole_(search.most_steps_) {
      if (!last && !search.spent()) search.most_steps_ -= (search.most_steps_ - search.steps_) / 2;
    }
    ~Share() { search_.most_steps_ = whole_; }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

   private:
    ExampleSearch& search_;
    const std::uint32_t whole_;
  };

  Result<Sketch> value(std::vector<NodeId> schemas);
  Result<Sketch> choose(const Goal& goal, const Demand& demand, std::size_t next);
  Result<Sketch> settle(const Goal& goal, const Demand& demand);
  Result<Sketch> enumerated(const Goal& goal, const Demand& demand);
  Result<Sketch> of_kind(unsigned kind, const Goal& goal, const Demand& demand);
  Result<Sketch> number(const Goal& goal, const Demand& demand);
  Result<Sketch> text(const Goal& goal, const Demand& demand);

  Result<Sketch> array(const Goal& goal, const Demand& demand);
  Result<Sketch> items(const Goal& goal, const Demand& demand, std::uint32_t count);
  Result<Sketch> new_item(const Demand& demand, std::uint32_t index,
                          const std::unordered_set<std::string>& known);
  Result<Sketch> object(const Goal& goal, const Demand& demand);
  Result<Sketch> members(const Goal& goal, Selection selection, Optional optional);
  void select_declared(const Goal& goal, Selection& selection, Optional optional);
  void follow_dependencies(const Goal& goal, Selection& selection);
  void invent(const Goal& goal, Selection& selection);
  std::string new_name(const Selection& selection, bool recursing);

  std::vector<NodeId> branches(const Goal& goal, Range choice);
  std::vector<unsigned> kinds(const Goal& goal, const Demand& demand);
  bool recurs(const std::vector<NodeId>& schemas) const;
  bool accepted(const Goal& goal, const Sketch& sketch);
  std::string json(const Sketch& sketch);
  template <class T>
  void shuffle(std::vector<T>& all);

  bool spent() {
    const bool result = steps_ >= most_steps_;
    given_up_ = given_up_ || result;
    return result;
  }
  Error unsatisfied(const Goal& goal, std::string why) const;

  const Program& program_;
  const ExampleOptions options_;
  const std::vector<std::uint32_t> height_;
  Random random_;
  bool varied_;
  std::vector<std::uint32_t> open_;  // by node: how many values around this one it was asked of
  std::uint32_t depth_ = 0;
  std::uint32_t steps_ = 0;
  std::uint32_t most_steps_;
  bool given_up_ = false;  // something was not tried for want of steps
  document::Builder builder_;
  document::Document document_;
};

}  // namespace slipway::schema
