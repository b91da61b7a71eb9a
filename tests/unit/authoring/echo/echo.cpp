// Answers a request with itself: read into a Request, and copied by hand to the Response that bind made of
// the same schema.
#include "echo.bind.hpp"

#include <slipway/model.hpp>

namespace {

template <class To, class From, class Convert>
std::optional<To> convert(const std::optional<From>& from, const Convert& one) {
  return from ? std::optional<To>(one(*from)) : std::nullopt;
}

std::string owned(std::string_view text) {
  return std::string(text);
}
slipway::Json json(const slipway::Value& value) {
  return slipway::Json(value);
}
template <class T>
std::vector<T> vector(std::span<const T> numbers) {
  return {numbers.begin(), numbers.end()};
}
std::vector<std::vector<double>> rows(const std::vector<std::span<const double>>& grid) {
  std::vector<std::vector<double>> copy;
  for (const std::span<const double> row : grid) copy.push_back(vector(row));
  return copy;
}
std::vector<std::optional<std::string>> texts(const std::vector<std::optional<std::string_view>>& words) {
  std::vector<std::optional<std::string>> copy;
  for (const auto& word : words) copy.push_back(convert<std::string>(word, owned));
  return copy;
}
echo::ResponsePlace place(const echo::Place& from) {
  return {.x = from.x, .y = from.y};
}
std::vector<echo::ResponsePlace> places(const std::vector<echo::Place>& from) {
  std::vector<echo::ResponsePlace> copy;
  for (const echo::Place& each : from) copy.push_back(place(each));
  return copy;
}
echo::ResponseNamedPlace named_place(const echo::NamedPlace& from) {
  return {.x = from.x, .y = from.y, .name = std::string(from.name)};
}
echo::ResponseTree tree(const echo::Tree& from);
std::vector<echo::ResponseTree> trees(const std::vector<echo::Tree>& from) {
  std::vector<echo::ResponseTree> copy;
  for (const echo::Tree& each : from) copy.push_back(tree(each));
  return copy;
}
std::shared_ptr<echo::ResponseTree> shared_tree(const std::shared_ptr<echo::Tree>& from) {
  return from ? std::make_shared<echo::ResponseTree>(tree(*from)) : nullptr;
}
echo::ResponseTreeFork fork(const echo::Fork& from) {
  return {.left = shared_tree(from.left),
          .others = convert<std::vector<echo::ResponseTree>>(from.others, trees)};
}
echo::ResponseTree tree(const echo::Tree& from) {
  return {.leaf = from.leaf,
          .parent = shared_tree(from.parent),
          .fork = convert<echo::ResponseTreeFork>(from.fork, fork),
          .children = convert<std::vector<echo::ResponseTree>>(from.children, trees)};
}

class Echo {
 public:
  explicit Echo(const slipway::Setup&) {}

  echo::Response predict(const echo::Request& request) const {
    return {.flag = request.flag,
            .count = request.count,
            .ratio = request.ratio,
            .word = std::string(request.word),
            .plan = request.plan,
            .maybe = convert<std::string>(request.maybe, owned),
            .whenever = request.whenever,
            .level = request.level,
            .mode = request.mode,
            .anything = slipway::Json(request.anything),
            .either = convert<slipway::Json>(request.either, json),
            .shares = convert<slipway::Json>(request.shares, json),
            .numbers = convert<std::vector<double>>(request.numbers, vector<double>),
            .integers = convert<std::vector<std::int64_t>>(request.integers, vector<std::int64_t>),
            .flags = request.flags,
            .words = convert<std::vector<std::optional<std::string>>>(request.words, texts),
            .grid = convert<std::vector<std::vector<double>>>(request.grid, rows),
            .place = place(request.place),
            .places = convert<std::vector<echo::ResponsePlace>>(request.places, places),
            .tree = convert<echo::ResponseTree>(request.tree, tree),
            .named_place = convert<echo::ResponseNamedPlace>(request.named_place, named_place),
            .class_ = request.class_,
            .a_b_2 = request.a_b_2,
            .a_b = request.a_b,
            .gr_u00f6_u00df_e = request.gr_u00f6_u00df_e,
            .x2d = request.x2d,
            .EOF_ = request.EOF_,
            .linux_ = request.linux_,
            .Place_ = request.Place_,
            .Request_ = request.Request_,
            .x = request.x,
            .nul_quote_and_backslash = request.nul_quote_and_backslash,
            .k47 = request.k47,
            .k117 = request.k117};
  }
};

}  // namespace

SLIPWAY_PLUGIN(Echo)
