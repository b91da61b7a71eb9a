// slipway deprecate: tells the callers of a version to leave it.
#include "cli/command.hpp"
#include "cli/operator_command.hpp"

namespace slipway::cli {
namespace {

struct DeprecateOptions {
  std::string model, version, after, sunset, successor, why;
  bool undo = false;
};

}  // namespace

void add_deprecate_command(CLI::App& app, int& exit) {
  CLI::App* const command = add(
      app, "deprecate", "Tell the callers of a version to leave it",
      "Its answers carry Deprecation, and Sunset and a Link to its successor if they are known, from the "
      "next "
      "one on; it is\nserved as before. Days are YYYY-MM-DD and begin at midnight UTC. What is said again "
      "replaces what was said before.\n\n"
      "  slipway deprecate sum 1.2.0 --after 2027-06-01 --sunset 2027-12-01 --successor 2.0.0\n"
      "  slipway deprecate sum 1.2.0 --undo");
  const auto target = add_target(*command);
  const auto options = std::make_shared<DeprecateOptions>();
  command->add_option("model", options->model, "The model's name")->required()->check(check_name);
  command->add_option("version", options->version, "A published version")->required();
  CLI::Option* const after =
      command->add_option("--after", options->after, "The first day of the deprecation [today]");
  CLI::Option* const sunset =
      command->add_option("--sunset", options->sunset, "The day on which the version may be gone");
  CLI::Option* const successor =
      command->add_option("--successor", options->successor, "The version to use instead");
  command->add_flag("--undo", options->undo, "Take back what an operator has said")
      ->excludes(after)
      ->excludes(sunset)
      ->excludes(successor);
  add_why(*command, options->why);
  command->callback([=, &exit] {
    CommandBody body;
    body.text("version", options->version).text("after", options->after).text("sunset", options->sunset);
    body.text("successor", options->successor).text("why", options->why);
    if (options->undo) body.flag("undo");
    exit = run(*target, "/models/" + options->model + "/deprecate", body);
  });
}

}  // namespace slipway::cli
