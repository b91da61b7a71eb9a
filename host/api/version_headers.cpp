#include "api/version_headers.hpp"

namespace slipway::api {

void add_version_headers(http::Exchange& exchange, const model::Slot& slot, std::string_view version) {
  http::Response& response = exchange.response();
  response.add_header("X-Model-Version", version);
  const model::DeprecationNotice* const notice = slot.deprecation();
  if (notice == nullptr) return;
  response.add_header("Deprecation", notice->since);
  if (!notice->sunset.empty()) response.add_header("Sunset", notice->sunset);
  if (!notice->link.empty()) response.add_header("Link", notice->link);
}

}  // namespace slipway::api
