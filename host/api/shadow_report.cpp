#include "api/shadow_report.hpp"

#include "api/version_list.hpp"

namespace slipway::api {
namespace {

using Findings = model::ShadowFindings;

void write_counts(JsonBody& body, const Findings::Report& report) {
  body.member("compared", report.compared());
  body.member("equal", report.equal);
  body.member("different", report.different);
  body.member("failed", report.failures());
  if (report.failures() > 0) {
    body.builder().key("failed_with");
    body.builder().begin_object();
    for (std::size_t i = 0; i < model::kOutcomes; ++i)
      if (report.failed[i] > 0) body.member(to_text(static_cast<model::Outcome>(i)), report.failed[i]);
    body.builder().end_object();
  }
  body.member("dropped", report.dropped);
}

// In the models alone, over the same requests. The shadow's runs on threads that give way to others.
void write_times(JsonBody& body, const Findings::Report& report) {
  const std::uint64_t answered = report.equal + report.different;
  if (answered == 0) return;
  const auto mean = [&](Nanoseconds sum) {
    return static_cast<double>(sum) / static_cast<double>(answered) / static_cast<double>(kMillisecond);
  };
  body.builder().key("mean_predict_ms");
  body.builder().begin_object();
  body.member_number("served", mean(report.served_time));
  body.member_number("shadow", mean(report.shadow_time));
  body.builder().end_object();
}

void write_places(JsonBody& body, const Findings::Report& report) {
  body.builder().key("different_at");
  body.builder().begin_array();
  for (const Findings::Place& each : report.places) {
    body.builder().begin_object();
    body.member("pointer", each.pointer);
    body.member("different", each.different);
    body.builder().end_object();
  }
  body.builder().end_array();
  if (report.different_elsewhere > 0) body.member("different_elsewhere", report.different_elsewhere);
}

void write_samples(JsonBody& body, const Findings::Report& report) {
  body.builder().key("samples");
  body.builder().begin_array();
  for (const Findings::Sample& each : report.samples) {
    const bool differs = each.outcome == model::Outcome::answered;
    body.builder().begin_object();
    body.member("at", utc_text(each.at_ms));
    body.member("request_id", each.request_id);
    body.member("what", differs ? "different" : to_text(each.outcome));
    body.member("pointer", each.pointer);
    if (differs) body.member("expected", each.expected);
    body.member(differs ? "actual" : "why", each.actual);
    body.builder().end_object();
  }
  body.builder().end_array();
}

}  // namespace

void write_shadow(JsonBody& body, const model::Route& route, Audience audience) {
  if (route.shadow == nullptr) return;
  const model::Shadow& shadow = *route.shadow;
  const Findings::Report report =
      audience == Audience::operators ? shadow.findings.report() : shadow.findings.counts();
  body.builder().key("shadow");
  body.builder().begin_object();
  for (const model::RoutedVersion& each : route.versions)
    if (each.slot == shadow.slot) body.member("version", each.version);
  body.member("since", utc_text(shadow.since_ms));
  body.member_number("share", shadow.policy.share);
  body.builder().key("tolerance");
  body.builder().begin_object();
  body.member_number("absolute", shadow.policy.tolerance.absolute);
  body.member_number("relative", shadow.policy.tolerance.relative);
  body.builder().end_object();
  write_counts(body, report);
  write_times(body, report);
  if (audience == Audience::operators) {
    write_places(body, report);
    write_samples(body, report);
  }
  body.builder().end_object();
}

}  // namespace slipway::api
