// The search's core: alternatives, kinds, and values without anything inside.
#include "schema/example_search.hpp"

#include <algorithm>

#include "document/json_writer.hpp"
#include "schema/example_height.hpp"
#include "schema/example_number.hpp"
#include "schema/example_text.hpp"
#include "schema/validator.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kMostDepth = 200;    // what recursion here can take on any thread
constexpr std::size_t kMostChoices = 100;    // of one value
constexpr std::uint32_t kDetailedDepth = 8;  // below it a value has only what it must have

document::Limits limits_of(const ExampleOptions& options) {
  document::Limits limits;
  limits.depth = std::min(options.depth, kMostDepth);
  limits.nodes = options.values;
  return limits;
}

}  // namespace

ExampleSearch::ExampleSearch(const Program& program, const ExampleOptions& options)
    : program_(program),
      options_(options),
      height_(shallowest(program)),
      random_(options.seed),
      varied_(options.seed != 0),
      open_(program.nodes.size(), 0),
      most_steps_(options.steps),
      builder_(limits_of(options)) {}

Result<Sketch> ExampleSearch::find() {
  Result<Sketch> found = value({program_.root});
  if (found || !given_up_) return found;
  return std::move(found).error().within("given up after " + count_of(steps_, "step"));
}

Result<Sketch> ExampleSearch::value(std::vector<NodeId> schemas) {
  std::sort(schemas.begin(), schemas.end());
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  const bool terse = recurs(schemas) || depth_ > kDetailedDepth;
  const Goal goal{std::move(schemas), terse};
  ++steps_;
  if (spent()) return unsatisfied(goal, "the search ended here");
  const bool endless = std::any_of(goal.schemas.begin(), goal.schemas.end(),
                                   [&](NodeId id) { return id != kNever && height_[id] >= kEndless; });
  if (endless || depth_ > builder_.limits().depth)
    return unsatisfied(goal, "a value would never end, or would need more than " +
                                 std::to_string(builder_.limits().depth) +
                                 " arrays and objects inside each other");
  Demand demand(program_);
  for (const NodeId id : goal.schemas) {
    demand.add(id);
    ++open_[id];
  }
  ++depth_;
  Result<Sketch> found = choose(goal, demand, 0);
  --depth_;
  for (const NodeId id : goal.schemas) --open_[id];
  return found;
}

// One branch of each `anyOf` and `oneOf`, in every combination until one leads somewhere.
Result<Sketch> ExampleSearch::choose(const Goal& goal, const Demand& demand, std::size_t next) {
  if (next == demand.choices.size()) return settle(goal, demand);
  if (demand.choices.size() > kMostChoices)
    return unsatisfied(
        goal, "more than " + std::to_string(kMostChoices) + " `anyOf` and `oneOf`" + " apply to one value");
  Error first = unsatisfied(goal, "no branch can be followed");
  bool tried = false;
  for (const NodeId branch : branches(goal, demand.choices[next])) {
    if (spent()) break;
    ++steps_;
    Demand with = demand;
    with.add(branch);
    Result<Sketch> found = choose(goal, with, next + 1);
    if (found) return found;
    if (!tried) first = std::move(found).error();
    tried = true;
  }
  return first;
}

Result<Sketch> ExampleSearch::settle(const Goal& goal, const Demand& demand) {
  for (const document::Value value : demand.defaults) {
    Sketch sketch = Sketch::of_literal(value);
    if (accepted(goal, sketch) && !(varied_ && random_.one_in(2))) return sketch;
  }
  if (!demand.enumerations.empty()) return enumerated(goal, demand);
  Error first = unsatisfied(goal, "no value can be all that is asked of it");
  bool tried = false;
  const std::vector<unsigned> all = kinds(goal, demand);
  for (const unsigned& kind : all) {
    const Share share(*this, &kind == &all.back());
    Result<Sketch> found = of_kind(kind, goal, demand);
    if (found) return found;
    if (!tried) first = std::move(found).error();
    tried = true;
  }
  return first;
}

Result<Sketch> ExampleSearch::enumerated(const Goal& goal, const Demand& demand) {
  const document::Value values = program_.literal_list(*demand.enumerations.front());
  const std::uint32_t start = varied_ ? static_cast<std::uint32_t>(random_.below(values.size())) : 0;
  for (std::uint32_t i = 0; i < values.size() && !spent(); ++i) {
    Sketch sketch = Sketch::of_literal(values.element((start + i) % values.size()));
    if (accepted(goal, sketch)) return sketch;
  }
  return unsatisfied(goal, "no value of `enum` satisfies all else that is asked of it");
}

Result<Sketch> ExampleSearch::of_kind(unsigned kind, const Goal& goal, const Demand& demand) {
  switch (kind) {
    case SLW_STRING:
      return text(goal, demand);
    case SLW_FLOAT64:
      return number(goal, demand);
    case SLW_ARRAY:
      return array(goal, demand);
    case SLW_OBJECT:
      return object(goal, demand);
    default:
      Sketch sketch = Sketch::of_kind(static_cast<std::uint8_t>(kind));
      if (accepted(goal, sketch)) return sketch;
      return unsatisfied(goal, "it refuses " + json(sketch));
  }
}

Result<Sketch> ExampleSearch::number(const Goal& goal, const Demand& demand) {
  for (const slw_value& candidate : numbers_for(demand, varied_ ? &random_ : nullptr)) {
    if (spent()) break;
    Sketch sketch = Sketch::of_number(candidate);
    if (accepted(goal, sketch)) return sketch;
  }
  return unsatisfied(goal, "no number was found that satisfies all that is asked of it");
}

Result<Sketch> ExampleSearch::text(const Goal& goal, const Demand& demand) {
  if (demand.min_length > options_.length)
    return unsatisfied(goal, "a text would need more than " + count_of(options_.length, "character"));
  TextSearch search(demand, varied_, random_);
  while (std::optional<std::string> candidate = search.next()) {
    Sketch sketch = Sketch::of_text(std::move(*candidate));
    if (accepted(goal, sketch)) return sketch;
    if (spent()) break;
  }
  std::string why = "no text was found";
  for (const std::uint32_t pattern : demand.patterns)
    why += (pattern == demand.patterns.front() ? " that matches " : " and ") +
           quoted(program_.patterns[pattern].source());
  return unsatisfied(goal, why + " and satisfies all else that is asked of it");
}

std::vector<NodeId> ExampleSearch::branches(const Goal& goal, Range choice) {
  const auto first = program_.children.begin() + choice.first;
  std::vector<NodeId> all(first, first + choice.count);
  if (varied_) shuffle(all);
  if (goal.terse)
    std::stable_sort(all.begin(), all.end(), [&](NodeId a, NodeId b) { return height_[a] < height_[b]; });
  return all;
}

// Those that the demand says something about come first: that is what the schema was written for.
std::vector<unsigned> ExampleSearch::kinds(const Goal& goal, const Demand& demand) {
  std::vector<unsigned> all;
  const auto add = [&](unsigned kind, bool when) {
    if (when && demand.allows(kind) && std::find(all.begin(), all.end(), kind) == all.end())
      all.push_back(kind);
  };
  if (!goal.terse) {
    add(SLW_OBJECT, !demand.objects.empty());
    add(SLW_ARRAY, !demand.arrays.empty());
    for (const unsigned kind :
         {SLW_STRING, SLW_FLOAT64, SLW_TRUE, SLW_FALSE, SLW_NULL, SLW_ARRAY, SLW_OBJECT})
      add(kind, true);
    if (varied_) shuffle(all);
  } else {
    for (const unsigned kind :
         {SLW_NULL, SLW_TRUE, SLW_FALSE, SLW_FLOAT64, SLW_STRING, SLW_ARRAY, SLW_OBJECT})
      add(kind, true);
  }
  return all;
}

bool ExampleSearch::recurs(const std::vector<NodeId>& schemas) const {
  return std::any_of(schemas.begin(), schemas.end(), [&](NodeId id) { return id != kAny && open_[id] != 0; });
}

bool ExampleSearch::accepted(const Goal& goal, const Sketch& sketch) {
  ++steps_;
  builder_.start(document_);
  if (!write(sketch, builder_) || !builder_.finish()) return false;
  const document::Value root = document_.root();
  return std::all_of(goal.schemas.begin(), goal.schemas.end(),
                     [&](NodeId id) { return Validator(program_).accepts(id, root.node()); });
}

std::string ExampleSearch::json(const Sketch& sketch) {
  builder_.start(document_);
  if (!write(sketch, builder_) || !builder_.finish()) return {};
  return document::to_json(document_.root());
}

template <class T>
void ExampleSearch::shuffle(std::vector<T>& all) {
  for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[random_.below(i)]);
}

Error ExampleSearch::unsatisfied(const Goal& goal, std::string why) const {
  const NodeId id = goal.schemas.empty() ? kAny : goal.schemas.front();
  return Error(Code::unsupported, std::move(why), program_.schema_pointer(program_.nodes[id]));
}

}  // namespace slipway::schema
