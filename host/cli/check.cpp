// slipway check: everything the host would refuse a bundle for, found before it is shipped.
#include <cstdio>

#include "cli/command.hpp"
#include "lifecycle/gate.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

void passed(const std::string& what) {
  std::printf("ok    %s\n", what.c_str());
}
int failed(const std::string& what, const std::string& why) {
  std::printf("FAIL  %s\n", what.c_str());
  for (std::size_t begin = 0; begin < why.size();) {
    const std::size_t end = std::min(why.find('\n', begin), why.size());
    std::printf("      %s\n", why.substr(begin, end - begin).c_str());
    begin = end + 1;
  }
  return kFailure;
}

int run_cases(model::ModelVersion& version, const std::vector<model::GoldenCase>& cases) {
  const std::vector<const model::GoldenCase*> chosen = lifecycle::gate_cases(version.manifest(), cases);
  int exit = kSuccess;
  for (const model::GoldenCase* const golden : chosen) {
    const model::CaseResult result = model::run_case(version, *golden);
    if (!result.passed())
      exit = failed("case \"" + golden->name + "\" (" + golden->place + ")", result.difference);
  }
  if (exit == kSuccess) passed(std::to_string(chosen.size()) + " golden cases");
  if (chosen.size() < cases.size())
    std::printf(
        "note  %zu cases were left out: the model has effects, and they are not marked `safe: true`\n",
        cases.size() - chosen.size());
  return exit;
}

int check(const std::string& directory, const std::string& cache) {
  Result<model::Bundle> bundle = model::open_bundle(directory);
  if (!bundle) return failed("manifest and schemas", bundle.error().message);
  passed("manifest: " + bundle->manifest.name + " " + bundle->manifest.version.text());
  passed("request and response schemas");
  for (const std::string& warning : bundle->warnings) std::printf("warn  %s\n", warning.c_str());
  const Result<std::vector<model::GoldenCase>> cases = model::read_cases(*bundle);
  if (!cases) return failed("golden cases", cases.error().message);
  const std::string file = bundle->plugin_file().string();
  Result<std::unique_ptr<model::ModelVersion>> version =
      model::ModelVersion::load(std::move(*bundle), cache_folder(cache));
  if (!version) return failed("plugin", version.error().message);
  passed("plugin: " + file + " (sha256 " + (*version)->digest().substr(0, 16) + "...)");
  const int exit = run_cases(**version, *cases);
  const plugin::UnloadReport unloaded = (*version)->unload();
  if (unloaded.unmapped)
    passed("unloaded, nothing left behind");
  else
    std::printf("warn  the plugin stays mapped after it is unloaded: %s\n", unloaded.likely_reason.c_str());
  return exit;
}

}  // namespace

void add_check_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("check", "Check a bundle: manifest, schemas, plugin, golden cases, unloading");
  auto directory = std::make_shared<std::string>();
  auto cache = std::make_shared<std::string>();
  command->add_option("bundle", *directory, "Folder of the model's bundle")->required();
  command->add_option("--cache", *cache, "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->footer(
      "Runs the plugin's code in this process. Exits 0 when the host would serve the bundle, else 1.\n\n"
      "  slipway check build/release/models/identity-match");
  command->callback([=, &exit] {
    (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning});
    exit = check(*directory, *cache);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
