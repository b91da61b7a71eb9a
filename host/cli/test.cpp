// slipway test: the author's test kit.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>

#include "authoring/report_files.hpp"
#include "authoring/test_kit.hpp"
#include "base/file.hpp"
#include "base/unique_fd.hpp"
#include "cli/command.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

struct TestFlags {
  std::string directory = ".";
  std::string cache;
  std::string junit;
  bool json = false;
  authoring::TestOptions options;
};

authoring::TestReport::Style style_for(bool json) {
  authoring::TestReport::Style style;
  const bool terminal = ::isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
  if (json) style.out = nullptr;
  style.colour = terminal;
  if (::isatty(STDERR_FILENO) != 0) style.progress = stderr;
  return style;
}

Status write_file(const std::string& path, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  Status written = file.valid() ? write_all(file.get(), text) : Status(Code::io, system_message(errno));
  return written ? Status() : std::move(written).error().within("cannot write " + path);
}

int test(const TestFlags& flags) {
  const Result<authoring::TestSubject> subject =
      authoring::TestSubject::open(flags.directory, cache_folder(flags.cache));
  if (!subject) return complain(subject.error().message), kUsage;
  const model::Manifest& manifest = subject->bundle.manifest;
  authoring::TestReport report(manifest.name + " " + manifest.version.text(), style_for(flags.json));
  authoring::run_tests(*subject, flags.options, report);
  report.summarise();
  if (flags.json) std::printf("%s\n", authoring::report_as_json(report, flags.options.seed).c_str());
  if (!flags.junit.empty())
    if (Status written = write_file(flags.junit, authoring::report_as_junit(report)); !written)
      return complain(written.error().message), kFailure;
  return report.findings() == 0 ? kSuccess : kFailure;
}

}  // namespace

void add_test_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("test", "Test a model: is it right, robust, lean, and served well?");
  auto flags = std::make_shared<TestFlags>();
  std::map<std::string, authoring::TestKind> kinds;
  for (const authoring::TestKind kind : authoring::kTestKinds) kinds.emplace(to_text(kind), kind);
  command->add_option("bundle", flags->directory, "Folder of the model's bundle [the current one]");
  command->add_option("--only", flags->options.only, "A kind of test; may be given again [all of them]")
      ->transform(CLI::CheckedTransformer(kinds))
      ->option_text("KIND");
  command->add_option("--seed", flags->options.seed, "Of the requests that are made up [1]")
      ->check(CLI::Range(std::uint64_t{1}, std::numeric_limits<std::uint64_t>::max()));
  command->add_option("--cases", flags->options.cases, "How many of these [1000]")
      ->check(CLI::Range(1, 10'000'000));
  command->add_option("--junit", flags->junit, "Also write a report as JUnit XML to this file");
  command->add_flag("--json", flags->json, "The report as JSON");
  command
      ->add_option("--cache", flags->cache,
                   "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->footer(
      "Kinds, in this order:\n"
      "  predictive   golden cases, and metrics over the data sets that tests/*.yaml names\n"
      "  contract     requests made up from the schema, with the mistakes that data has; never a crash, a "
      "hang\n"
      "               or a wrong response\n"
      "  resource     latency, memory, threads, determinism, locale, globals, unloading\n"
      "  integration  a real host over HTTP, with the model swapped under load\n"
      "The model runs in processes of its own. The same seed makes the same requests. Exits 0 when nothing "
      "was\n"
      "found, 1 when something was, 2 when the bundle cannot be read.\n\n"
      "  slipway test build/release/models/breast-cancer --only contract --seed 7");
  command->callback([=, &exit] {
    (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::error});
    exit = test(*flags);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
