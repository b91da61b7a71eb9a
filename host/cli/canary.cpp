// slipway canary: a share of the traffic for a version, on trial.
#include "cli/command.hpp"
#include "cli/operator_command.hpp"

namespace slipway::cli {
namespace {

struct CanaryOptions {
  std::string model, version, share, sticky, why;
  BoundOptions bounds;
  bool allow_breaking = false;
  bool end = false;
};

int run_canary(const Target& target, const CanaryOptions& options) {
  const std::string model = "/models/" + options.model;
  if (options.end)
    return run(target, model + "/withdraw", CommandBody().text("label", "canary").text("why", options.why));
  CommandBody body;
  body.text("version", options.version).number("share", parse_part(options.share));
  body.text("sticky_header", options.sticky).text("why", options.why);
  write_bounds(body, options.bounds);
  if (options.allow_breaking) body.flag("allow_breaking");
  return run(target, model + "/canary", body);
}

}  // namespace

void add_canary_command(CLI::App& app, int& exit) {
  CLI::App* const command = add(
      app, "canary", "Let a published version answer a share of the traffic, on trial",
      "It takes requests that name neither version nor label. As soon as it fails its trial, from 20 answers "
      "on, it gets no\nmore of them and is rolled back. Releasing it to stable ends the trial.\n\n"
      "  slipway canary sum 1.2.0 --share 5% --max-errors 1% --max-latency 20ms\n"
      "  slipway canary sum --share 50%          the same canary, more traffic\n"
      "  slipway release sum 1.2.0               it is good\n"
      "  slipway canary sum --end                it is not");
  const auto target = add_target(*command);
  const auto options = std::make_shared<CanaryOptions>();
  command->add_option("model", options->model, "The model's name")->required()->check(check_name);
  CLI::Option* const version =
      command->add_option("version", options->version, "A published version [the one that is the canary]");
  CLI::Option* const share =
      command->add_option("--share", options->share, "Its share of the traffic, such as 5% [10%]")
          ->check(check_part);
  command->add_option("--sticky", options->sticky,
                      "A request header: equal values are answered by the same version, on every host");
  add_bounds(*command, options->bounds, " [5%]");
  command->add_flag("--allow-breaking", options->allow_breaking,
                    "Also if the schemas would break clients of the stable version");
  command->add_flag("--end", options->end, "Take the canary out of the traffic")
      ->excludes(version)
      ->excludes(share);
  add_why(*command, options->why);
  command->callback([=, &exit] { exit = run_canary(*target, *options); });
}

}  // namespace slipway::cli
