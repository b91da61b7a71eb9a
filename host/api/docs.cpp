#include "api/docs.hpp"

#include <vector>

#include "api/answers.hpp"
#include "api/lookup.hpp"
#include "base/digest.hpp"

namespace slipway::api {

extern const std::string_view kDocsPage;

namespace {

using Text = std::shared_ptr<const std::string>;

// 'sha256-...' of what stands between <tag> and </tag>: the page runs its own script and style, and no other.
std::string source_hash(std::string_view page, const std::string& tag) {
  const std::size_t begin = page.find("<" + tag + ">") + tag.size() + 2;
  const std::size_t end = page.find("</" + tag + ">");
  return "'sha256-" + to_base64(sha256(page.substr(begin, end - begin))) + "'";
}

std::string page_policy() {
  return "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
         "frame-ancestors 'none'; "
         "script-src " +
         source_hash(kDocsPage, "script") + "; style-src " + source_hash(kDocsPage, "style");
}

void answer_json(http::Exchange& exchange, const Text& text) {
  exchange.response().set_content_type("application/json");
  exchange.response().set_static_body(*text, text);
}

// Null after an answer that says what is wrong.
Text kept(http::Exchange& exchange, Result<std::string> made) {
  if (made) return std::make_shared<const std::string>(std::move(*made));
  answer_problem(exchange, 500, made.error().message);
  return nullptr;
}

}  // namespace

DocsService::DocsService(const model::RoutingTableOwner& tables, Callers callers)
    : tables_(tables), callers_(callers), policy_(page_policy()) {}

void DocsService::all(http::Exchange& exchange) {
  // The number first: a document may be newer than its number says, never older.
  const std::uint64_t generation = tables_.generation();
  {
    const std::lock_guard lock(mutex_);
    if (of_all_ != nullptr && of_all_generation_ == generation) return answer_json(exchange, of_all_);
  }
  const std::shared_ptr<const model::RoutingTable> table = tables_.current();
  std::vector<model::Lease> leases;
  std::vector<DescribedVersion> versions;
  for (const std::shared_ptr<const model::Route>& route : table->routes()) {
    model::Lease lease = model::Lease::of(route->stable);
    if (!lease) continue;
    versions.push_back({&lease.slot().version().bundle(), lease.slot().deprecation() != nullptr});
    leases.push_back(std::move(lease));
  }
  const Text text = kept(exchange, openapi(versions, callers_));
  if (text == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    of_all_ = text;
    of_all_generation_ = generation;
  }
  answer_json(exchange, text);
}

void DocsService::model(http::Exchange& exchange, std::string_view name, std::string_view version) {
  const Found found = find_version(exchange, tables_, name, version);
  if (!found) return;
  exchange.response().add_header("X-Model-Version", found.slot->version().version());
  const model::DeprecationNotice* const notice = found.slot->deprecation();
  {
    const std::lock_guard lock(mutex_);
    const auto known = of_version_.find(found.slot);
    if (known != of_version_.end() && known->second.notice == notice)
      return answer_json(exchange, known->second.text);
  }
  const Text text = kept(exchange, openapi({&found.slot->version().bundle(), notice != nullptr}, callers_));
  if (text == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(of_version_, [](const auto& entry) { return entry.first.expired(); });
    of_version_.insert_or_assign(found.slot, Kept{text, notice});
  }
  answer_json(exchange, text);
}

void DocsService::page(http::Exchange& exchange) const {
  exchange.response().add_header("Content-Security-Policy", policy_);
  exchange.response().add_header("X-Content-Type-Options", "nosniff");
  exchange.response().set_content_type("text/html; charset=utf-8");
  exchange.response().set_static_body(kDocsPage);
}

}  // namespace slipway::api
