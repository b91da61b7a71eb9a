#include "api/admin_commands.hpp"

#include "base/units.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::api {

extern const std::string_view kCanarySchema;
extern const std::string_view kDeprecateSchema;
extern const std::string_view kPublishSchema;
extern const std::string_view kReleaseSchema;
extern const std::string_view kRollbackSchema;
extern const std::string_view kShadowSchema;
extern const std::string_view kUnloadSchema;
extern const std::string_view kWithdrawSchema;

namespace {

using document::Value;
using lifecycle::Control;
using lifecycle::Operation;
using lifecycle::Request;
using model::text_or;

bool is_true(Value body, std::string_view key) {
  const slw_value* const found = body.find(key);
  return found != nullptr && found->kind == SLW_TRUE;
}

std::optional<double> number_of(Value body, std::string_view key) {
  const slw_value* const found = body.find(key);
  if (found == nullptr) return std::nullopt;
  return Value(found).number();
}

// The schemas have checked the form.
std::optional<Nanoseconds> duration_of(Value body, std::string_view key) {
  const Result<Nanoseconds> duration = parse_duration(text_or(body, key, ""));
  if (!duration) return std::nullopt;
  return *duration;
}

std::optional<std::string> text_of(Value body, std::string_view key) {
  const slw_value* const found = body.find(key);
  if (found == nullptr) return std::nullopt;
  return std::string(Value(found).text());
}

lifecycle::PolicyChange policy_change_of(Value body) {
  return {number_of(body, "share"), text_of(body, "sticky_header"), number_of(body, "max_errors"),
          duration_of(body, "max_latency"), duration_of(body, "window")};
}

Request request_of(Value body, const std::string& by) {
  return {by, text_or(body, "why", "")};
}

AdminJob publish(Control& control, Value body, const std::string& by) {
  const std::string bundle = text_or(body, "bundle", "");
  return {"publish " + bundle, [&control, bundle, request = request_of(body, by)](Operation& operation) {
            return control.publish(bundle, request, operation);
          }};
}

lifecycle::ReleaseRequest release_request(const std::string& model, Value body, const std::string& by) {
  lifecycle::ReleaseRequest release;
  release.model = model;
  release.version = text_or(body, "version", "");
  release.label = text_or(body, "label", lifecycle::kStable);
  release.allow_breaking = is_true(body, "allow_breaking");
  release.policy = policy_change_of(body);
  release.request = request_of(body, by);
  return release;
}

AdminJob release(Control& control, const std::string& model, Value body, const std::string& by) {
  lifecycle::ReleaseRequest request = release_request(model, body, by);
  std::string what = "release " + model + " " + request.version + " to " + request.label;
  return {std::move(what), [&control, request = std::move(request)](Operation& operation) {
            return control.release(request, operation);
          }};
}

AdminJob canary(Control& control, const std::string& model, Value body, const std::string& by) {
  lifecycle::ReleaseRequest request = release_request(model, body, by);
  std::string what = "make " + model + " " + request.version + " the canary";
  return {std::move(what), [&control, request = std::move(request)](Operation& operation) {
            return control.canary(request, operation);
          }};
}

AdminJob withdraw(Control& control, const std::string& model, Value body, const std::string& by) {
  const std::string label = text_or(body, "label", "");
  return {"withdraw " + label + " of " + model,
          [&control, model, label, request = request_of(body, by)](Operation& operation) {
            return control.withdraw(model, label, request, operation);
          }};
}

AdminJob rollback(Control& control, const std::string& model, Value body, const std::string& by) {
  const std::string label = text_or(body, "label", lifecycle::kStable);
  return {"roll " + label + " of " + model + " back",
          [&control, model, label, request = request_of(body, by)](Operation& operation) {
            return control.rollback(model, label, request, operation);
          }};
}

AdminJob unload(Control& control, const std::string& model, Value body, const std::string& by) {
  const std::string version = text_or(body, "version", "");
  return {"unload " + model + " " + version,
          [&control, model, version, request = request_of(body, by)](Operation& operation) {
            return control.unload(model, version, request, operation);
          }};
}

AdminJob shadow(Control& control, const std::string& model, Value body, const std::string& by) {
  lifecycle::ShadowRequest request;
  request.model = model;
  request.version = text_or(body, "version", "");
  request.share = number_of(body, "share");
  request.absolute_tolerance = number_of(body, "absolute_tolerance");
  request.relative_tolerance = number_of(body, "relative_tolerance");
  request.request = request_of(body, by);
  std::string what = "make " + model + " " + request.version + " the shadow";
  return {std::move(what), [&control, request = std::move(request)](Operation& operation) {
            return control.shadow(request, operation);
          }};
}

AdminJob deprecate(Control& control, const std::string& model, Value body, const std::string& by) {
  lifecycle::DeprecationRequest request;
  request.model = model;
  request.version = text_or(body, "version", "");
  if (!is_true(body, "undo"))
    request.deprecation =
        model::Deprecation{text_or(body, "after", model::day_of_seconds(utc_now() / kSecond)),
                           text_or(body, "successor", ""), text_or(body, "sunset", "")};
  request.request = request_of(body, by);
  std::string what =
      (request.deprecation ? "deprecate " : "do not deprecate ") + model + " " + request.version;
  return {std::move(what), [&control, request = std::move(request)](Operation& operation) {
            return control.deprecate(request, operation);
          }};
}

}  // namespace

std::vector<AdminCommand> admin_commands(Control& control) {
  using Function = AdminJob (*)(Control&, const std::string&, Value, const std::string&);
  using enum lifecycle::Operations::Pace;
  const auto command = [&](std::string_view pattern, std::string_view schema, std::string_view file,
                           lifecycle::Operations::Pace pace, Function function) -> AdminCommand {
    return {pattern, model::own_schema(schema, file), pace,
            [&control, function](const std::string& model, Value body, const std::string& by) {
              return function(control, model, body, by);
            }};
  };
  const Function publish_bundle = [](Control& of, const std::string&, Value body, const std::string& by) {
    return publish(of, body, by);
  };
  // What brings versions into memory gives way to the traffic; what takes one out of it is prompt.
  return {
      command("/publish", kPublishSchema, "schemas/admin/publish.yaml", gives_way, publish_bundle),
      command("/models/{name}/release", kReleaseSchema, "schemas/admin/release.yaml", gives_way, &release),
      command("/models/{name}/canary", kCanarySchema, "schemas/admin/canary.yaml", gives_way, &canary),
      command("/models/{name}/shadow", kShadowSchema, "schemas/admin/shadow.yaml", gives_way, &shadow),
      command("/models/{name}/deprecate", kDeprecateSchema, "schemas/admin/deprecate.yaml", prompt,
              &deprecate),
      command("/models/{name}/withdraw", kWithdrawSchema, "schemas/admin/withdraw.yaml", prompt, &withdraw),
      command("/models/{name}/rollback", kRollbackSchema, "schemas/admin/rollback.yaml", prompt, &rollback),
      command("/models/{name}/unload", kUnloadSchema, "schemas/admin/unload.yaml", prompt, &unload)};
}

}  // namespace slipway::api
