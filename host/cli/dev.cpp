// slipway dev: builds, serves, watches.
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "authoring/dev_session.hpp"
#include "cli/command.hpp"
#include "cli/sdk_folder.hpp"

namespace slipway::cli {
namespace {

struct Wanted {
  std::string folder = ".";
  std::string listen = "127.0.0.1:8080";
};

int develop(const Wanted& wanted) {
  Result<authoring::Project> project = authoring::Project::open(wanted.folder);
  if (!project) return complain(project.error().message), kUsage;
  sigset_t ending;
  ::sigemptyset(&ending);
  ::sigaddset(&ending, SIGINT);
  ::sigaddset(&ending, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  authoring::DevView view(::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr);
  authoring::DevOptions options;
  options.listen = wanted.listen;
  options.prefix = sdk_folder().parent_path().parent_path();
  authoring::DevSession session(std::move(*project), std::move(options), view);
  const Status ran = session.run();
  return ran ? kSuccess : (complain(ran.error().message), kFailure);
}

}  // namespace

void add_dev_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("dev", "Build a model's project and serve it, again at every save");
  auto wanted = std::make_shared<Wanted>();
  command
      ->add_option("project", wanted->folder,
                   "Folder of the project: model.yaml and CMakeLists.txt or meson.build")
      ->capture_default_str();
  command->add_option("--listen", wanted->listen, "Address and port to serve on")->capture_default_str();
  command->footer(
      "Watches sources, schemas, tests and data. What was built is checked as any version is (manifest,\n"
      "schemas, a probe, golden cases) and swapped in; compile errors and failed gates are shown, and the\n"
      "version before goes on answering. No request fails meanwhile. Its own files are in "
      "build/slipway-dev.\n\n"
      "  slipway new churn && cd churn && slipway dev");
  command->callback([=, &exit] { exit = develop(*wanted); });
}

}  // namespace slipway::cli
