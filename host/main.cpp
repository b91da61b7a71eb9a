// The program `slipway`: parses the command line and runs one sub-command.
#include <exception>
#include <string>

#include "cli/command.hpp"

int main(int argc, char** argv) {
  using namespace slipway;
  try {
    CLI::App app("Slipway serves machine-learning models: versioned plugins behind a validated REST API.",
                 "slipway");
    app.set_version_flag("--version", "slipway " SLIPWAY_VERSION);
    app.require_subcommand(1);
    app.footer("`slipway COMMAND --help` says more. Exit status: 0 success, 1 failure, 2 wrong usage.");
    int exit = cli::kSuccess;
    cli::add_serve_command(app, exit);
    cli::add_predict_command(app, exit);
    cli::add_check_command(app, exit);
    try {
      app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
      if (argc < 2 || !app.get_subcommands().empty()) return app.exit(error), cli::kUsage;
      const std::string word = argv[1];
      cli::complain((word.starts_with('-') ? "there is no option \"" : "there is no command \"") + word +
                    "\"; `slipway --help` lists those there are");
      return cli::kUsage;
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? cli::kSuccess : cli::kUsage;
    }
    return exit;
  } catch (const std::exception& error) {
    cli::complain(error.what());
    return cli::kFailure;
  }
}
