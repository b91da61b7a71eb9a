// GET /openapi.json, /models/{name}/openapi.json and /docs: the API, for programs and for people.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "api/openapi.hpp"
#include "http/exchange.hpp"
#include "model/routing_table.hpp"

namespace slipway::api {

// Each document is made when it is first asked for, and kept as long as what it describes.
class DocsService {
 public:
  DocsService(const model::RoutingTableOwner& tables, Callers callers);

  // The stable versions of all models.
  void all(http::Exchange& exchange);
  // `version` empty: the stable one.
  void model(http::Exchange& exchange, std::string_view model, std::string_view version);
  void page(http::Exchange& exchange) const;

 private:
  using Text = std::shared_ptr<const std::string>;
  struct Kept {
    Text text;
    const model::DeprecationNotice* notice;  // that it speaks of; the slot's, which keeps it
  };

  const model::RoutingTableOwner& tables_;
  const Callers callers_;
  const std::string policy_;  // Content-Security-Policy of the page
  std::mutex mutex_;          // held to look and to keep, not to make
  std::map<std::weak_ptr<model::Slot>, Kept, std::owner_less<>> of_version_;
  Text of_all_;
  std::uint64_t of_all_generation_ = 0;
};

}  // namespace slipway::api
