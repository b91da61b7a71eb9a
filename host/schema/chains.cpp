// Schemas that apply others to the same value: each such chain must end, and soon; and the values that
// it holds.
#include <algorithm>
#include <limits>
#include <new>

#include "document/copy.hpp"
#include "schema/compiler.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::uint32_t kMostWeight = 1'000'000;

// Depth-first over the edges that stay at the same value.
class Chains {
 public:
  enum class Outcome : std::uint8_t { good, endless, too_long };

  Chains(const Program& program, std::uint32_t longest)
      : program_(program),
        longest_(longest),
        height_(program.nodes.size(), kUnknown),
        weight_(program.nodes.size(), 1) {}

  Outcome walk(NodeId id) {
    if (height_[id] == kOpen) {
      path_.push_back(id);
      return Outcome::endless;
    }
    if (height_[id] != kUnknown) return Outcome::good;
    path_.push_back(id);
    if (path_.size() > longest_) return Outcome::too_long;
    height_[id] = kOpen;
    Outcome outcome = Outcome::good;
    std::uint32_t height = 0;
    std::uint32_t weight = 1;
    for_each_child(program_, program_.nodes[id], [&](NodeId child, bool in_place) {
      if (!in_place || outcome != Outcome::good) return;
      outcome = walk(child);
      if (outcome != Outcome::good) return;
      height = std::max(height, height_[child] + 1);
      weight = std::min(weight + weight_[child], kMostWeight);
    });
    if (outcome != Outcome::good) return outcome;
    height_[id] = height;
    weight_[id] = weight;
    heaviest_ = std::max(heaviest_, weight);
    path_.pop_back();
    return height >= longest_ ? Outcome::too_long : Outcome::good;
  }

  // From the root to the node where it went wrong.
  const std::vector<NodeId>& path() const { return path_; }
  std::uint32_t heaviest() const { return heaviest_; }

 private:
  static constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kOpen = kUnknown - 1;

  const Program& program_;
  std::uint32_t longest_;
  std::vector<std::uint32_t> height_;
  std::vector<std::uint32_t> weight_;
  std::vector<NodeId> path_;
  std::uint32_t heaviest_ = 1;
};

}  // namespace

void Compiler::check_chains() {
  Chains chains(*program_, options_.limits.chain);
  for (NodeId id = 0; id < program_->nodes.size(); ++id) {
    const Chains::Outcome outcome = chains.walk(id);
    if (outcome == Chains::Outcome::good) continue;
    const std::vector<NodeId>& path = chains.path();
    const std::string message =
        outcome == Chains::Outcome::endless
            ? "this applies a schema to the same value again, within itself: checking it would never end"
            : "more than " + count_of(options_.limits.chain, "schema") +
                  " apply to one value inside each other";
    // The reference that closes the circle, or lengthens the chain.
    const Edge* through = nullptr;
    for (const Edge& edge : in_place_references_)
      for (std::size_t i = 0; i + 1 < path.size(); ++i)
        if (edge.from == path[i] && edge.to == path[i + 1]) through = &edge;
    if (through != nullptr) {
      report(errors_, through->place, "/$ref", false, message);
    } else {
      report(errors_, Place{}, "", false, message);
    }
    return;
  }
  program_->weight = chains.heaviest();
}

void Compiler::make_literals() {
  document::Limits limits;
  limits.depth = document::Limits::kMostDepth + 2;
  limits.nodes = std::numeric_limits<std::uint32_t>::max();
  limits.string_bytes = std::numeric_limits<std::uint32_t>::max();
  limits.document_bytes = std::numeric_limits<std::uint32_t>::max();
  document::Builder builder(limits);
  builder.start(program_->literals);
  bool copied = builder.begin_array();
  for (const document::Value& value : literals_) copied = copied && document::copy_value(value, builder);
  copied = copied && builder.end_array();
  const Status finished = builder.finish();
  if (!copied || !finished) {
    report(errors_, Place{}, "", false,
           "the values of `enum` and `default` cannot be kept" +
               (finished ? "" : ": " + finished.error().message));
    return;
  }
  for (Enumeration& e : program_->enumerations) {
    const document::Value values = program_->literal_list(e);
    std::vector<LiteralHash> hashes;
    for (std::uint32_t i = 0; i < values.size(); ++i)
      hashes.push_back({document::hash(values.element(i)), i});
    std::sort(hashes.begin(), hashes.end(),
              [](const LiteralHash& a, const LiteralHash& b) { return a.hash < b.hash; });
    e.hashes = {static_cast<std::uint32_t>(program_->literal_hashes.size()),
                static_cast<std::uint32_t>(hashes.size())};
    program_->literal_hashes.insert(program_->literal_hashes.end(), hashes.begin(), hashes.end());
  }
}

}  // namespace slipway::schema
