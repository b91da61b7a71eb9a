// slipway new: the project of a new model, from a template.
#include <algorithm>
#include <cstdio>

#include "authoring/scaffold.hpp"
#include "cli/command.hpp"
#include "cli/sdk_folder.hpp"

namespace slipway::cli {
namespace {

struct Wanted {
  std::string model;
  std::string template_name = "classifier";
  std::string folder;
  bool list = false;
};

int list(const std::filesystem::path& templates) {
  const auto found = authoring::list_templates(templates);
  if (!found) return complain(found.error().message + "; SLIPWAY_SDK names the SDK's folder"), kFailure;
  for (const authoring::Template& each : *found)
    std::printf("%-14s %s\n", each.name.c_str(), each.purpose.c_str());
  return kSuccess;
}

int create(const Wanted& wanted) {
  const std::filesystem::path templates = sdk_folder() / "templates";
  if (wanted.list) return list(templates);
  if (wanted.model.empty()) return complain("say what the model is called: slipway new NAME"), kUsage;
  const std::string folder = wanted.folder.empty() ? wanted.model : wanted.folder;
  const auto files = authoring::scaffold(templates, wanted.template_name, wanted.model, folder);
  if (!files) {
    const Code code = files.error().code;
    complain(files.error().message);
    return code == Code::invalid_argument || code == Code::not_found ? kUsage : kFailure;
  }
  std::printf("%s, from the template %s, in %s/\n\n", wanted.model.c_str(), wanted.template_name.c_str(),
              folder.c_str());
  std::size_t width = 0;
  for (const std::string& file : *files) width = std::max(width, file.size());
  for (const std::string& file : *files) {
    const std::string purpose(authoring::purpose_of(file));
    if (purpose.empty())
      std::printf("  %s\n", file.c_str());
    else
      std::printf("  %-*s  %s\n", static_cast<int>(width), file.c_str(), purpose.c_str());
  }
  std::printf(
      "\nNext:\n"
      "  cd %s\n"
      "  slipway dev     # builds, serves, and watches: save a file, and the next request runs the new code\n"
      "  slipway test    # golden cases, metrics, contract, resources, a real host\n"
      "  slipway pack    # one file to publish\n\n"
      "The last two want it built: by slipway dev, or by cmake -S . -B build && cmake --build build\n",
      folder.c_str());
  return kSuccess;
}

}  // namespace

void add_new_command(CLI::App& app, int& exit) {
  CLI::App* const command = app.add_subcommand("new", "Make the project of a new model, from a template");
  auto wanted = std::make_shared<Wanted>();
  command->add_option("name", wanted->model, "What the model is called: small letters, digits and dashes");
  command->add_option("-t,--template", wanted->template_name, "Which template; --list shows them")
      ->capture_default_str();
  command->add_option("--folder", wanted->folder, "Where to make it [a folder of the model's name]");
  command->add_flag("--list", wanted->list, "Show the templates");
  command->footer(
      "The project is complete: manifest, schemas, a typed model, golden cases, metric gates, unit tests, a\n"
      "model card, a build (CMake) and a CI file. It builds and passes `slipway test` as it is.\n\n"
      "  slipway new churn --template classifier && cd churn && slipway dev");
  command->callback([=, &exit] { exit = create(*wanted); });
}

}  // namespace slipway::cli
