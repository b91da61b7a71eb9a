// What stands between two schemas: walks along the proof that was not found (schema/inclusion.hpp), and looks
// for a document at each place where it broke off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "schema/inclusion.hpp"
#include "schema/samples.hpp"

namespace slipway::schema {

// Where in documents a value stands, and what is known of the containers around it.
struct DocumentPlace {
  const DocumentPlace* outer = nullptr;
  const Terms* container = nullptr;  // what holds for the one directly around
  const Duty* step = nullptr;        // the member or item of it
  std::string pointer = {};
  std::string unnamed = {};  // the innermost member on the way that the left side says nothing about
};

// A change before it is put into words for one direction.
struct Finding {
  std::string pointer;
  std::string schema_pointer;
  std::string subject;  // the values that make the difference
  std::string unnamed;  // as in DocumentPlace
  std::string example;  // empty where none was found
};

class ChangeFinder {
 public:
  static constexpr std::size_t kMostFindings = 101;
  static constexpr std::size_t kMostVisits = 10'000;  // of pairs of schemas that are gone into
  static constexpr std::uint32_t kMostDepth = 600;    // of them inside each other, besides Inclusion's

  ChangeFinder(const Program& a, const Program& b)
      : versions_(a, b), inclusion_(versions_, texts_), samples_(versions_, texts_) {
    versions_.assume(known_, {Term::Part::whole, Side::a, a.root});
    wanted_ = {Term::Part::whole, Side::b, b.root};
  }

  // Whether all that the one accepts is accepted by the other.
  bool holds() { return inclusion_.holds_with(known_, wanted_); }
  // Where not: fills the findings.
  void explain() { explain(known_, kAllForms, wanted_, {}); }
  // There may be other findings.
  bool gave_up() const { return inclusion_.exhausted() || too_deep_ || full(); }
  const std::vector<Finding>& findings() const { return findings_; }

 private:
  class Pieces;

  bool full() const { return findings_.size() >= kMostFindings || visited_.size() >= kMostVisits; }

  void explain(const Sequent& known, Forms forms, Term wanted, const DocumentPlace& place);
  void explain_failing(const Sequent& known, Forms failing, Term wanted, const DocumentPlace& place);
  void explain_form(Sequent known, Form form, Term wanted, const DocumentPlace& place);
  bool explain_enumeration(const Sequent& known, Form form, Term wanted, const DocumentPlace& place);
  bool explain_branches(const Sequent& known, Form form, Term wanted, const DocumentPlace& place);
  void explain_logic(const Sequent& known, Form form, Term wanted, const DocumentPlace& place);
  void explain_alternatives(const Sequent& known, Form form, Term wanted, const std::vector<Term>& branches,
                            Facet facet, const DocumentPlace& place);
  void add(const Sequent& known, Forms forms, Term wanted, const Duty& duty, const DocumentPlace& place);
  std::string find_example(const Sequent& known, Forms forms, Term wanted, const Duty& duty,
                           const DocumentPlace& place);
  std::vector<std::string> candidates(const Terms& left, Forms forms, Term wanted, const Duty& duty);
  std::string whole_document(std::string value, const DocumentPlace& place);

  Versions versions_;
  PatternSearch texts_;
  Inclusion inclusion_;
  Samples samples_;
  Sequent known_;
  Term wanted_;
  std::set<std::string> visited_;
  std::vector<Finding> findings_;
  std::uint32_t depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace slipway::schema
