#include "api/version_list.hpp"

#include <ctime>

namespace slipway::api {

std::string utc_text(std::int64_t milliseconds) {
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  const std::string thousandths = std::to_string(1000 + milliseconds % 1000);
  return std::string(text, size) + "." + thousandths.substr(1) + "Z";
}

namespace {

// What a version on trial has answered within the trial's window.
void write_trial(JsonBody& body, const model::Trial& trial) {
  const model::Trial::Counts counts = trial.counts();
  body.builder().key("trial");
  body.builder().begin_object();
  body.member("answers", counts.answers);
  body.member("failed", counts.failed);
  body.member("slow", counts.slow);
  body.builder().end_object();
}

// The processes of a version that has some.
void write_workers(JsonBody& body, const model::WorkerReport& workers) {
  body.builder().key("workers");
  body.builder().begin_object();
  body.member("running", std::uint64_t{workers.running});
  body.member("starting", std::uint64_t{workers.starting});
  body.member("most", std::uint64_t{workers.most});
  body.member("started", workers.started);
  body.member("crashed", workers.crashed);
  body.member("timed_out", workers.timed_out);
  body.member("retried", workers.retried);
  if (!workers.taken_out.empty()) body.member("taken_out", workers.taken_out);
  body.builder().end_object();
}

void write_traffic(JsonBody& body, const model::Route& route, const model::Slot& slot) {
  if (route.canary != nullptr && route.canary->slot.get() == &slot) {
    body.member_number("share", route.canary->policy.share);
    if (!route.canary->policy.sticky_header.empty())
      body.member("sticky_header", route.canary->policy.sticky_header);
  }
  if (const model::Trial* const trial = slot.trial(); trial != nullptr) write_trial(body, *trial);
}

}  // namespace

void write_deprecation(JsonBody& body, const model::Deprecation& deprecation) {
  body.builder().key("deprecation");
  body.builder().begin_object();
  body.member("after", deprecation.after);
  if (!deprecation.successor.empty()) body.member("successor", deprecation.successor);
  if (!deprecation.sunset.empty()) body.member("sunset", deprecation.sunset);
  body.builder().end_object();
}

void write_versions(JsonBody& body, const model::Route& route) {
  body.builder().key("versions");
  body.builder().begin_array();
  for (const model::RoutedVersion& each : route.versions) {
    body.builder().begin_object();
    body.member("version", each.version);
    body.member("digest", each.digest);
    body.member("state", model::to_text(each.state));
    body.member("since", utc_text(each.since_ms));
    if (!each.why.empty()) body.member("why", each.why);
    body.builder().key("labels");
    body.builder().begin_array();
    for (const std::string& label : each.labels) body.builder().string(label);
    body.builder().end_array();
    if (each.asleep) {
      body.builder().key("asleep");
      body.builder().boolean(true);
    }
    if (each.slot != nullptr) {
      write_traffic(body, route, *each.slot);
      if (const model::Lease lease = model::Lease::of(each.slot))
        if (const auto workers = each.slot->version().predictor().workers()) write_workers(body, *workers);
      if (const auto* const notice = each.slot->deprecation()) write_deprecation(body, notice->deprecation);
    }
    body.builder().end_object();
  }
  body.builder().end_array();
}

}  // namespace slipway::api
