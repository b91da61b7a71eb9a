// The program `slipway`: parses the command line and runs one sub-command.
#include <exception>
#include <string>
#include <vector>

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
    cli::add_new_command(app, exit);
    cli::add_dev_command(app, exit);
    cli::add_bind_command(app, exit);
    cli::add_pack_command(app, exit);
    cli::add_inspect_command(app, exit);
    cli::add_test_command(app, exit);
    cli::add_schema_command(app, exit);
    cli::add_store_command(app, exit);
    cli::add_keys_command(app, exit);
    cli::add_worker_command(app, exit);
    cli::add_control_commands(app, exit);
    cli::add_canary_command(app, exit);
    cli::add_shadow_command(app, exit);
    cli::add_deprecate_command(app, exit);
    try {
      app.parse(argc, argv);
    } catch (const CLI::RequiredError& error) {
      // The command whose own command is missing, or is none: `slipway`, `slipway schema`.
      const CLI::App* command = &app;
      std::string name = app.get_name();
      while (!command->get_subcommands().empty()) {
        command = command->get_subcommands().front();
        name += " " + command->get_name();
      }
      const std::vector<std::string> words = command->remaining();
      if (command->get_require_subcommand_min() == 0 || words.empty()) return app.exit(error), cli::kUsage;
      const char* const what = words.front().starts_with('-') ? "option" : "command";
      cli::complain("there is no " + std::string(what) + " \"" + words.front() + "\"; `" + name +
                    " --help` lists those there are");
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
