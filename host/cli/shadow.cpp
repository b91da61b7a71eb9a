// slipway shadow: tries a version on copies of the traffic, and shows how its answers differ.
#include <cstdio>

#include "cli/command.hpp"
#include "cli/operator_command.hpp"
#include "cli/table.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {
namespace {

using document::Value;
using model::text_or;

struct ShadowOptions {
  std::string model, version, share, why;
  std::optional<double> absolute;
  std::string relative;
  bool end = false;

  bool asks_for_report() const {
    return !end && version.empty() && share.empty() && !absolute && relative.empty();
  }
};

double number(Value object, std::string_view key) {
  const slw_value* const found = object.find(key);
  return found == nullptr ? 0 : Value(found).number();
}

std::string count(Value object, std::string_view key) {
  return std::to_string(static_cast<std::uint64_t>(number(object, key)));
}

// "2 timed_out, 1 model_failed"
std::string failures(Value shadow) {
  const slw_value* const kinds = shadow.find("failed_with");
  std::string all;
  for (std::uint32_t i = 0; kinds != nullptr && i < Value(kinds).size(); ++i) {
    const std::string_view kind = Value(kinds).key(i);
    all += (all.empty() ? "" : ", ") + count(Value(kinds), kind) + " " + std::string(kind);
  }
  return all.empty() ? "" : " (" + all + ")";
}

void print_summary(Value model, Value shadow) {
  std::printf("%s %s is shadow of %s, with copies of %.4g%% of the traffic since %s\n",
              text_or(model, "name", "").c_str(), text_or(shadow, "version", "").c_str(),
              text_or(model, "version", "").c_str(), number(shadow, "share") * 100,
              text_or(shadow, "since", "").c_str());
  std::printf("compared %s: %s equal, %s different, %s failed%s; %s dropped\n",
              count(shadow, "compared").c_str(), count(shadow, "equal").c_str(),
              count(shadow, "different").c_str(), count(shadow, "failed").c_str(), failures(shadow).c_str(),
              count(shadow, "dropped").c_str());
  if (const slw_value* const times = shadow.find("mean_predict_ms"); times != nullptr)
    std::printf("in the model on average: %.4g ms served, %.4g ms in the shadow\n",
                number(Value(times), "served"), number(Value(times), "shadow"));
}

void print_report(Value model) {
  const slw_value* const found = model.find("shadow");
  if (found == nullptr) {
    std::printf("%s has no shadow; slipway shadow %s VERSION\n", text_or(model, "name", "").c_str(),
                text_or(model, "name", "").c_str());
    return;
  }
  const Value shadow(found);
  print_summary(model, shadow);
  Table places({"DIFFERENT AT", "TIMES"});
  for_each(shadow, "different_at", [&](Value each) {
    places.add({text_or(each, "pointer", ""), count(each, "different")});
  });
  if (!places.empty()) std::puts("");
  places.print();
  Table samples({"WHEN", "REQUEST", "WHAT", "AT", "CALLER GOT", "SHADOW", "WHY"});
  for_each(shadow, "samples", [&](Value each) {
    samples.add({text_or(each, "at", ""), text_or(each, "request_id", ""), text_or(each, "what", ""),
                 text_or(each, "pointer", ""), text_or(each, "expected", ""), text_or(each, "actual", ""),
                 text_or(each, "why", "")});
  });
  if (!samples.empty()) std::puts("");
  samples.print();
}

int run_shadow(const Target& target, const ShadowOptions& options) {
  const std::string model = "/models/" + options.model;
  if (options.asks_for_report()) return show(target, model, print_report);
  if (options.end)
    return run(target, model + "/withdraw", CommandBody().text("label", "shadow").text("why", options.why));
  CommandBody body;
  body.text("version", options.version).number("share", parse_part(options.share));
  body.number("absolute_tolerance", options.absolute);
  body.number("relative_tolerance", parse_part(options.relative)).text("why", options.why);
  return run(target, model + "/shadow", body);
}

}  // namespace

void add_shadow_command(CLI::App& app, int& exit) {
  CLI::App* const command = add(
      app, "shadow", "Try a published version on copies of the traffic, and show how its answers differ",
      "Copies of requests that name neither version nor label go to it after their callers have been "
      "answered; "
      "nobody sees its\nanswers. Its manifest must say `effects: none`. With a model alone: the report.\n\n"
      "  slipway shadow sum 1.2.0 --tolerance 1e-9     numbers within 1e-9 are equal\n"
      "  slipway shadow sum                            what has been found out so far\n"
      "  slipway shadow sum --end");
  const auto target = add_target(*command);
  const auto options = std::make_shared<ShadowOptions>();
  command->add_option("model", options->model, "The model's name")->required()->check(check_name);
  CLI::Option* const version =
      command->add_option("version", options->version, "A published version [the one that is the shadow]");
  CLI::Option* const share =
      command->add_option("--share", options->share, "How much of the traffic is copied, such as 10% [100%]")
          ->check(check_part);
  command->add_option("--tolerance", options->absolute, "Numbers so far apart count as equal [0]")
      ->check(CLI::NonNegativeNumber);
  command
      ->add_option("--relative", options->relative,
                   "Likewise, as a part of what the caller got, such as 0.1% [0]")
      ->check(check_part);
  command->add_flag("--end", options->end, "Copy no more")->excludes(version)->excludes(share);
  add_why(*command, options->why);
  command->callback([=, &exit] { exit = run_shadow(*target, *options); });
}

}  // namespace slipway::cli
