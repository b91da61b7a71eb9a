#include "cli/inherited.hpp"

#include <algorithm>
#include <string_view>

#include "cli/control_client.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

constexpr std::string_view kControlName = "control";

// The control socket trusts what the kernel says of its peer, and only Unix sockets have that; on the data
// port it would keep a proxy of another user out.
Status check_kind(const PassedSocket& passed, const http::ListenGroup& group) {
  const bool is_file = group.actual.host.starts_with("unix:");
  if (is_file == (passed.name == kControlName)) return {};
  return Error(
      Code::invalid_argument,
      is_file ? "the passed socket \"" + passed.name +
                    "\" is a Unix socket; the data port is TCP, and a socket " +
                    "for operators has FileDescriptorName=control"
              : "the passed socket \"control\" is a TCP socket; operators are heard on a Unix socket only");
}

Status sort_sockets(std::vector<PassedSocket> passed, Inherited& inherited) {
  for (PassedSocket& each : passed) {
    Result<http::ListenGroup> group = http::adopt_socket(std::move(each.socket));
    if (!group) return std::move(group).error().within("\"" + each.name + "\"");
    if (Status kind = check_kind(each, *group); !kind) return kind;
    if (each.name != kControlName)
      inherited.data.push_back(std::move(*group));
    else if (inherited.control)
      return {Code::invalid_argument, "two sockets named \"control\" were passed; there can be one"};
    else
      inherited.control.emplace(std::move(*group));
  }
  return {};
}

}  // namespace

Result<Inherited> inherit_from_manager(const HostConfig& config) {
  Result<ServiceEnvironment> environment = take_service_environment();
  if (!environment) return std::move(environment).error();
  Inherited inherited;
  inherited.notify_socket = environment->notify_socket;
  inherited.watchdog = environment->watchdog;
  if (Status sorted = sort_sockets(std::move(environment->sockets), inherited); !sorted)
    return std::move(sorted).error();
  if (inherited.control && config.store.empty())
    return Error(Code::invalid_argument,
                 "a socket named \"control\" was passed, but only a host with a store hears operators");
  if (inherited.data.empty()) inherited.listen = config.listen;
  return inherited;
}

Status inherit_from_host(const HostConfig& config, Inherited& inherited) {
  const std::string path = takeover_socket(config.takeover_socket, config.store);
  if (path.empty())
    return {Code::invalid_argument,
            "--takeover needs --takeover-socket, the same as the running host's, where there is no store"};
  Result<Takeover> takeover = Takeover::begin(path, !inherited.notify_socket.empty());
  if (!takeover) return std::move(takeover).error();
  Handed handed = takeover->take();
  inherited.takeover.emplace(std::move(*takeover));
  if (inherited.notify_socket.empty()) {
    inherited.notify_socket = std::move(handed.notify_socket);
    inherited.watchdog = handed.watchdog;
  }
  if (!inherited.control && handed.control) {
    // Of two stores it would be another host's.
    if (handed.control->actual.host == "unix:" + control_socket(config.control, config.store) ||
        handed.control->lives_on)
      inherited.control.emplace(std::move(*handed.control));
  }
  if (!inherited.data.empty()) return {};
  if (std::any_of(handed.data.begin(), handed.data.end(), [](const auto& each) { return each.lives_on; }))
    inherited.listen.clear();  // they took its place there, too
  Matched matched = match_groups(std::move(handed.data), inherited.listen);
  inherited.data = std::move(matched.groups);
  for (const http::ListenAddress& each : matched.other)
    telemetry::log(telemetry::Level::warning, "the host before listens where this one does not",
                   {{"address", each.host}, {"port", std::int64_t{each.port}}});
  return {};
}

}  // namespace slipway::cli
