#include "http/router.hpp"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "http/problem.hpp"

namespace slipway::http {
namespace {

constexpr std::size_t kMaxSegments = 16;

// A pattern's segment: "{name}suffix" or a literal.
struct Segment {
  bool is_parameter = false;
  std::string_view literal;  // the suffix of a parameter
};

struct Path {
  std::array<std::string_view, kMaxSegments> segments;
  std::size_t count = 0;
  bool too_long = false;
};

// "/a/b" -> "a", "b"; "/" -> one empty segment.
Path split(std::string_view path) {
  Path result;
  if (path.empty() || path[0] != '/') return {{path}, 1, false};
  std::size_t at = 1;
  while (true) {
    if (result.count == kMaxSegments) {
      result.too_long = true;
      return result;
    }
    const std::size_t end = path.find('/', at);
    result.segments[result.count++] = path.substr(at, end - at);
    if (end == std::string_view::npos) return result;
    at = end + 1;
  }
}

Result<Segment> read_segment(std::string_view text, std::string_view pattern) {
  if (text.empty() || text[0] != '{') {
    if (text.find_first_of("{}") == std::string_view::npos) return Segment{false, text};
  } else if (const std::size_t end = text.find('}');
             end != std::string_view::npos && end > 1 &&
             text.find_first_of("{}", end + 1) == std::string_view::npos) {
    return Segment{true, text.substr(end + 1)};
  }
  return Error(Code::invalid_argument,
               "route " + std::string(pattern) +
                   ": a segment is literal, {name}, or {name} with literal text behind it");
}

}  // namespace

struct Router::Node {
  struct Child {
    std::string literal;
    std::unique_ptr<Node> node;
  };
  struct Endpoint {
    Method method;
    RouteFunction function;
  };

  Node& child(bool is_parameter, std::string_view literal) {
    std::vector<Child>& children = is_parameter ? parameters : literals;
    const auto before = [is_parameter](const Child& one, std::string_view text) {
      if (is_parameter && one.literal.size() != text.size()) return one.literal.size() > text.size();
      return one.literal < text;
    };
    auto place = std::lower_bound(children.begin(), children.end(), literal, before);
    if (place == children.end() || place->literal != literal)
      place = children.insert(place, {std::string(literal), std::make_unique<Node>()});
    return *place->node;
  }

  const Endpoint* endpoint(Method method) const {
    for (const Endpoint& candidate : endpoints)
      if (candidate.method == method) return &candidate;
    return nullptr;
  }

  std::vector<Child> literals;    // sorted
  std::vector<Child> parameters;  // longest suffix first, the plain one last
  std::vector<Endpoint> endpoints;
  std::string pattern;
  std::string allow;
};

// One look-up: depth first, the more literal way before the less.
struct Router::Search {
  const Path& path;
  RouteMatch& match;

  const Node* from(const Node& node, std::size_t depth) {
    if (depth == path.count) return node.endpoints.empty() ? nullptr : &node;
    const std::string_view segment = path.segments[depth];
    const auto literal = std::lower_bound(
        node.literals.begin(), node.literals.end(), segment,
        [](const Node::Child& child, std::string_view text) { return child.literal < text; });
    if (literal != node.literals.end() && literal->literal == segment)
      if (const Node* const found = from(*literal->node, depth + 1)) return found;
    for (const Node::Child& child : node.parameters) {
      if (segment.size() <= child.literal.size() || !segment.ends_with(child.literal)) continue;
      match.parameters_[match.count_++] = segment.substr(0, segment.size() - child.literal.size());
      if (const Node* const found = from(*child.node, depth + 1)) return found;
      --match.count_;
    }
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {
  unmatched_ = [](Exchange& exchange, int status, std::string_view) {
    answer_problem(
        exchange,
        {.status = status,
         .detail = status == 405 ? "this path does not take that method; it takes those in the Allow header"
                                 : "nothing is served at this path"});
  };
}

Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

Status Router::add(Method method, std::string_view pattern, RouteFunction function) {
  const std::string name(pattern);
  const Path path = split(pattern);
  if (pattern.empty() || pattern[0] != '/' || path.too_long || method == Method::head ||
      method == Method::other)
    return {Code::invalid_argument, "route " + name + ": a pattern begins with '/' and has at most " +
                                        std::to_string(kMaxSegments) + " segments; HEAD comes with GET"};
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < path.count; ++i) {
    const Result<Segment> segment = read_segment(path.segments[i], pattern);
    if (!segment) return segment.error();
    segments.push_back(*segment);
  }
  const auto parameters =
      std::count_if(segments.begin(), segments.end(), [](const Segment& s) { return s.is_parameter; });
  if (static_cast<std::size_t>(parameters) > RouteMatch::kMaxParameters)
    return {Code::invalid_argument,
            "route " + name + ": at most " + std::to_string(RouteMatch::kMaxParameters) + " parameters"};
  Node* node = root_.get();
  for (const Segment& segment : segments) node = &node->child(segment.is_parameter, segment.literal);
  if (node->endpoint(method) != nullptr)
    return {Code::already_exists, "route " + std::string(to_text(method)) + " " + name + " is there already"};
  if (node->endpoints.empty()) node->pattern = name;
  node->endpoints.push_back({method, std::move(function)});
  node->allow += (node->allow.empty() ? "" : ", ") + std::string(to_text(method)) +
                 (method == Method::get ? ", HEAD" : "");
  return {};
}

void Router::set_unmatched(UnmatchedFunction function) {
  unmatched_ = std::move(function);
}

void Router::handle(Exchange& exchange) noexcept {
  const Request& request = exchange.request();
  const Path path = split(request.path());
  RouteMatch match;
  const Node* const node = path.too_long ? nullptr : Search{path, match}.from(*root_, 0);
  if (node == nullptr) return unmatched_(exchange, 404, {});
  const Method method = request.method() == Method::head ? Method::get : request.method();
  match.pattern_ = node->pattern;
  if (const Node::Endpoint* const endpoint = node->endpoint(method))
    return endpoint->function(exchange, match);
  unmatched_(exchange, 405, node->allow);
  try {
    exchange.response().add_header("Allow", node->allow);
  } catch (const std::bad_alloc&) {
    exchange.response().close_connection();  // the answer is still right without the header
  }
}

}  // namespace slipway::http
