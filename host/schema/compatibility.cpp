#include "schema/compatibility.hpp"

#include <algorithm>

#include "schema/change_finder.hpp"

namespace slipway::schema {
namespace {

static_assert(ChangeFinder::kMostFindings > Comparison::kMostChanges, "or nobody knows that there are more");

Change change_of(const Finding& finding, Direction direction) {
  const bool request = direction == Direction::request;
  Change change;
  change.verdict = finding.example.empty() ? Verdict::cannot_tell : Verdict::breaking;
  change.pointer = finding.pointer;
  change.schema_pointer = finding.schema_pointer;
  change.example = finding.example;
  if (change.verdict == Verdict::breaking) {
    change.message = finding.subject + (request ? " was accepted, and is refused now"
                                                : " was not allowed, and may be answered now");
  } else {
    change.message =
        "cannot tell whether " + finding.subject +
        (request ? ", which is refused now, was accepted" : ", which was not allowed, may be answered now");
  }
  if (!finding.unnamed.empty())
    change.message += "; `" + finding.unnamed + "` could be anything, because the " +
                      (request ? "old" : "new") + " schema does not name it";
  return change;
}

}  // namespace

Comparison compare(const Schema& old_version, const Schema& new_version, Direction direction) {
  const bool request = direction == Direction::request;
  const Program& from = request ? old_version.program() : new_version.program();
  const Program& to = request ? new_version.program() : old_version.program();
  ChangeFinder finder(from, to);
  Comparison comparison;
  if (finder.holds()) return comparison;
  finder.explain();
  for (const Finding& finding : finder.findings()) {
    if (comparison.changes.size() == Comparison::kMostChanges) break;
    comparison.changes.push_back(change_of(finding, direction));
  }
  comparison.more = finder.gave_up();
  if (comparison.changes.empty())
    comparison.changes.push_back(
        {Verdict::cannot_tell, "", "", "cannot tell: these schemas are too intricate to be compared", ""});
  const bool breaking = std::any_of(comparison.changes.begin(), comparison.changes.end(),
                                    [](const Change& change) { return change.verdict == Verdict::breaking; });
  comparison.verdict = breaking ? Verdict::breaking : Verdict::cannot_tell;
  return comparison;
}

}  // namespace slipway::schema
