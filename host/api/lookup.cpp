#include "api/lookup.hpp"

#include <string>

#include "api/answers.hpp"

namespace slipway::api {

void answer_not_found(http::Exchange& exchange, std::string_view name, std::string_view version) {
  answer_problem(exchange, 404,
                 "no model \"" + std::string(name.substr(0, 100)) + "\"" +
                     (version.empty() ? "" : " in version \"" + std::string(version.substr(0, 100)) + "\"") +
                     " is served here; GET /models lists those that are");
}

Found find_version(http::Exchange& exchange, const model::RoutingTableOwner& tables, std::string_view name,
                   std::string_view version) {
  const std::shared_ptr<const model::RoutingTable> table = tables.current();
  Found found;
  if (const model::Route* const route = table->find(name)) {
    found.slot = version.empty() ? route->stable : route->find(version);
    found.lease = model::Lease::of(found.slot);
    if (!found && route->sleeper(version, {}) != nullptr) {
      answer_busy(
          exchange, 503,
          "the model is asleep: nobody has called it for a while; its next prediction loads it again");
      return found;
    }
  }
  if (!found) answer_not_found(exchange, name, version);
  return found;
}

}  // namespace slipway::api
