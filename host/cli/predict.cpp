// slipway predict: one request through the very path that serves, without a server.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "cli/command.hpp"
#include "cli/given_bundle.hpp"
#include "lifecycle/gate.hpp"
#include "model/inference.hpp"
#include "telemetry/log.hpp"
#include "worker/worker_predictor.hpp"

namespace slipway::cli {
namespace {

int report_refusal(const model::Call& call) {
  complain(std::to_string(model::http_status(call.outcome)) + ": " + call.error.message +
           (call.error.pointer.empty() ? "" : ", at " + call.error.pointer));
  for (const schema::Violation& violation : call.violations)
    std::fprintf(stderr, "  %s: %s\n",
                 violation.pointer.empty() ? "(the whole document)" : violation.pointer.c_str(),
                 violation.message.c_str());
  return kFailure;
}

int predict(const std::string& name, const std::string& cache) {
  const Result<GivenBundle> given = open_given(name);
  if (!given) return complain(given.error().message), kUsage;
  Result<model::Bundle> bundle = model::open_bundle(given->directory);
  if (!bundle) return complain(bundle.error().message), kUsage;
  auto plugin = model::ModelVersion::store_plugin(*bundle, cache_folder(cache));
  if (!plugin) return complain(plugin.error().message), kUsage;
  Result<std::unique_ptr<model::ModelVersion>> version =
      worker::load_version(std::move(*bundle), std::move(*plugin), worker::IsolationOptions());
  if (!version) return complain(version.error().message), kUsage;
  PaddedBuffer body(std::string(std::istreambuf_iterator<char>(std::cin), {}));
  PaddedBuffer out;
  model::Call call{document::Limits()};
  call.request_id = "command-line";
  call.deadline = monotonic_now() + (*version)->manifest().limits.timeout;
  model::infer(**version, call, body, out);
  if (call.outcome != model::Outcome::answered) return report_refusal(call);
  out.append("\n");
  std::fwrite(out.data(), 1, out.size(), stdout);
  return std::fflush(stdout) == 0 ? kSuccess : kFailure;
}

}  // namespace

void add_predict_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("predict", "Answer one request from standard input, without a server");
  auto directory = std::make_shared<std::string>();
  auto cache = std::make_shared<std::string>();
  command->add_option("bundle", *directory, "Folder of the model's bundle, or a packed one")->required();
  command->add_option("--cache", *cache, "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->footer(
      "The answer goes to standard output. A request that is refused exits 1 and says why on standard "
      "error;\n"
      "a bundle that cannot be loaded exits 2.\n\n"
      "  slipway predict build/release/models/sum <<< '[1, 2, 3.5]'");
  command->callback([=, &exit] {
    (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning});
    exit = predict(*directory, *cache);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
