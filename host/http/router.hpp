// From a method and a path to a function. Built once, before serving; read-only and shared by all threads
// after that.
//
// A pattern is literal segments and parameters: "/models/{name}/versions/{version}/predict". A parameter may
// carry a literal behind it: "/v1/models/{name}:predict". A literal goes before a parameter with a suffix,
// that before a plain parameter. A parameter is never empty. The cost of a look-up depends on the path's own
// length alone.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/handler.hpp"

namespace slipway::http {

class RouteMatch {
 public:
  static constexpr std::size_t kMaxParameters = 4;

  std::string_view pattern() const {
    return pattern_;
  }  // as it was added: a bounded label for logs and metrics
  // The parameters in the order of the pattern; views into the request's path.
  std::string_view parameter(std::size_t index) const { return parameters_[index]; }
  std::size_t parameter_count() const { return count_; }

 private:
  friend class Router;
  std::array<std::string_view, kMaxParameters> parameters_;
  std::size_t count_ = 0;
  std::string_view pattern_;
};

// Must not throw: the router is called from noexcept code.
using RouteFunction = std::function<void(Exchange&, const RouteMatch&)>;
// `status` is 404, or 405 with the methods that the path does know in `allow` ("GET, HEAD").
using UnmatchedFunction = std::function<void(Exchange&, int status, std::string_view allow)>;

class Router final : public Handler {
 public:
  Router();
  Router(Router&&) noexcept;
  Router& operator=(Router&&) noexcept;
  ~Router() override;

  // An error for a pattern that is malformed or already taken. HEAD is served by GET's function; the session
  // drops the body. Not for Method::head or Method::other.
  Status add(Method method, std::string_view pattern, RouteFunction function);

  // Answers what no route matches; by default with problem details. The Allow header is added after it
  // returns.
  void set_unmatched(UnmatchedFunction function);

  void handle(Exchange& exchange) noexcept override;

 private:
  struct Node;
  struct Search;

  std::unique_ptr<Node> root_;
  UnmatchedFunction unmatched_;
};

}  // namespace slipway::http
