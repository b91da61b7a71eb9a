// slipway check: everything the host would refuse a bundle for, found before it is shipped.
#include <cstdio>

#include "cli/check.hpp"
#include "cli/command.hpp"
#include "cli/given_bundle.hpp"
#include "model/golden.hpp"
#include "model/version.hpp"
#include "telemetry/log.hpp"
#include "worker/probe.hpp"

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

int report_cases(const worker::ProbeReport& probe, std::size_t of) {
  for (const worker::FailedCase& each : probe.failures)
    (void)failed("case \"" + each.name + "\" (" + each.place + ")", each.difference);
  if (probe.failed > probe.failures.size())
    std::printf("      and %zu more\n", probe.failed - probe.failures.size());
  if (probe.failed == 0) passed(std::to_string(probe.cases) + " golden cases");
  if (probe.cases < of)
    std::printf(
        "note  %zu cases were left out: the model has effects, and they are not marked `safe: true`\n",
        of - probe.cases);
  return probe.failed == 0 ? kSuccess : kFailure;
}

int check(const std::string& given, const std::string& cache) {
  const Result<GivenBundle> bundle = open_given(given);
  if (!bundle) return failed("packed bundle", bundle.error().message);
  if (bundle->unpacked) passed("packed bundle: every file is what its lock says");
  return check_bundle(bundle->directory, cache);
}

}  // namespace

int check_bundle(const std::filesystem::path& directory, const std::string& cache) {
  const Result<model::Bundle> bundle = model::open_bundle(directory);
  if (!bundle) return failed("manifest and schemas", bundle.error().message);
  passed("manifest: " + bundle->manifest.name + " " + bundle->manifest.version.text());
  passed("request and response schemas");
  for (const std::string& warning : bundle->warnings) std::printf("warn  %s\n", warning.c_str());
  const Result<std::vector<model::GoldenCase>> cases = model::read_cases(*bundle);
  if (!cases) return failed("golden cases", cases.error().message);
  const Result<plugin::StoredLibrary> stored =
      model::ModelVersion::store_plugin(*bundle, cache_folder(cache));
  if (!stored) return failed("plugin", stored.error().message);
  const Result<worker::ProbeReport> probe = worker::probe(*bundle, *stored, worker::ProbeOptions());
  if (!probe) return failed("plugin", probe.error().message);
  passed("plugin: " + bundle->plugin_file().string() + " (sha256 " + to_hex(stored->digest()).substr(0, 16) +
         "...)");
  if (!probe->sandbox_missing.empty())
    std::printf("note  the plugin ran without a part of the sandbox: %s\n", probe->sandbox_missing.c_str());
  std::fputs(probe->output.c_str(), stderr);
  const int exit = report_cases(*probe, cases->size());
  if (probe->pinned_by.empty())
    passed("unloaded, nothing left behind");
  else
    std::printf("warn  the plugin stays mapped after it is unloaded: %s\n", probe->pinned_by.c_str());
  return exit;
}

void add_check_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("check", "Check a bundle: manifest, schemas, plugin, golden cases, unloading");
  auto directory = std::make_shared<std::string>(".");
  auto cache = std::make_shared<std::string>();
  command->add_option("bundle", *directory,
                      "Folder of the model's bundle, or a packed one [the current folder]");
  command->add_option("--cache", *cache, "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->footer(
      "Runs the plugin's code in a sandboxed process of its own. Exits 0 when the host would serve the "
      "bundle, else 1.\n\n"
      "  slipway check build/release/models/identity-match");
  command->callback([=, &exit] {
    (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning});
    exit = check(*directory, *cache);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
