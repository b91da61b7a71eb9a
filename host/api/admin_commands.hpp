// The control plane's commands: what the body of each must be, and what it makes the host do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "document/value.hpp"
#include "lifecycle/control.hpp"
#include "lifecycle/operations.hpp"
#include "schema/schema.hpp"

namespace slipway::api {

struct AdminJob {
  std::string what;  // "release sum 1.2.0 to stable"
  lifecycle::Operations::Work work;
};

struct AdminCommand {
  std::string_view pattern;  // of its route, which has the model's name if it is about one
  std::shared_ptr<const schema::Schema> schema;  // of its body
  lifecycle::Operations::Pace pace;
  // `by`: who asks.
  std::function<AdminJob(const std::string& model, document::Value body, const std::string& by)> job;
};

// `control` must outlive them.
std::vector<AdminCommand> admin_commands(lifecycle::Control& control);

}  // namespace slipway::api
