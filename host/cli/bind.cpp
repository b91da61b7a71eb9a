// slipway bind: C++ types for a model's request and response, from its schemas.
#include <cstdio>

#include "authoring/bind.hpp"
#include "cli/command.hpp"

namespace slipway::cli {
namespace {

struct Wanted {
  std::string folder;
  std::string output;
  std::string depfile;
  std::string name_space;
};

int bind(const Wanted& wanted) {
  const Result<model::Bundle> bundle = model::open_bundle(wanted.folder);
  if (!bundle) return complain(bundle.error().message), kFailure;
  const Result<authoring::BoundHeader> header = authoring::bind(wanted.folder, *bundle, wanted.name_space);
  if (!header) return complain(header.error().message), kUsage;
  if (wanted.output.empty()) return std::fputs(header->text.c_str(), stdout) < 0 ? kFailure : kSuccess;
  if (const Status written = authoring::write_if_changed(wanted.output, header->text); !written)
    return complain(written.error().message), kFailure;
  if (wanted.depfile.empty()) return kSuccess;
  const Status written =
      authoring::write_if_changed(wanted.depfile, authoring::dependency_rule(wanted.output, header->inputs));
  return written ? kSuccess : (complain(written.error().message), kFailure);
}

}  // namespace

void add_bind_command(CLI::App& app, int& exit) {
  CLI::App* const command =
      app.add_subcommand("bind", "Write C++ types for a model's request and response, from its schemas");
  auto wanted = std::make_shared<Wanted>();
  command->add_option("folder", wanted->folder, "Folder of the model: model.yaml and schemas/ are read")
      ->required();
  CLI::Option* const output = command->add_option("-o,--output", wanted->output,
                                                  "The header; left alone if it is the same already "
                                                  "[standard output]");
  command->add_option("--namespace", wanted->name_space, "C++ namespace of the types [the model's name]");
  command->add_option("--depfile", wanted->depfile, "Write what the header depends on, for make and ninja")
      ->needs(output);
  command->footer(
      "A model then takes and returns structs: Response predict(const Request&) const (docs/bind.md). The\n"
      "plugin is not needed, and none of its code runs. Exits 1 when the manifest or a schema is wrong, "
      "with\n"
      "file, line and column, 2 for wrong usage.\n\n"
      "  slipway bind plugins/breast-cancer -o breast_cancer.bind.hpp");
  command->callback([=, &exit] { exit = bind(*wanted); });
}

}  // namespace slipway::cli
