// slipway keys: makes and lists the keys that callers of a host need.
#include <cstdio>

#include "api/key_file.hpp"
#include "base/secret.hpp"
#include "cli/command.hpp"
#include "cli/table.hpp"

namespace slipway::cli {
namespace {

struct KeysFlags {
  std::string file;
  std::string name;
  std::vector<std::string> models;
  double rate = 0;
  std::uint32_t burst = 0;
};

constexpr const char* kPrefix = "slw_";  // what a key is recognised by, where it was left lying about

// A file that is not there yet has no keys.
Result<std::vector<api::Key>> keys_of(const std::string& file) {
  Result<std::vector<api::Key>> keys = api::read_keys(file);
  if (!keys && keys.error().code == Code::not_found) return std::vector<api::Key>();
  return keys;
}

int make(const KeysFlags& flags) {
  Result<std::vector<api::Key>> keys = keys_of(flags.file);
  if (!keys) return complain(keys.error().message), kFailure;
  for (const api::Key& key : *keys)
    if (key.name == flags.name)
      return complain(flags.file + " has a key \"" + flags.name +
                      "\" already; take another name, or remove it"),
             kFailure;
  const Result<std::string> secret = random_secret();
  if (!secret) return complain(secret.error().message), kFailure;
  const std::string text = kPrefix + *secret;
  keys->push_back({flags.name, sha256(text), flags.models.empty(), flags.models, flags.rate, flags.burst});
  if (const Status written = api::replace_keys(flags.file, *keys); !written)
    return complain(written.error().message), kFailure;
  std::printf("%s\n", text.c_str());
  std::fprintf(
      stderr,
      "This is the key \"%s\"; it is shown this once. %s has its hash. A host that runs takes it with "
      "SIGHUP.\n",
      flags.name.c_str(), flags.file.c_str());
  return kSuccess;
}

std::string models_of(const api::Key& key) {
  std::string text;
  for (const std::string& model : key.models) text += (text.empty() ? "" : ", ") + model;
  return key.all_models ? "all" : text;
}

int list(const KeysFlags& flags) {
  const Result<std::vector<api::Key>> keys = api::read_keys(flags.file);
  if (!keys) return complain(keys.error().message), kFailure;
  Table table({"NAME", "MODELS", "RATE", "SHA-256"});
  for (const api::Key& key : *keys) {
    char rate[32] = "any";
    if (key.rate != 0) std::snprintf(rate, sizeof rate, "%g/s", key.rate);
    table.add({key.name, models_of(key), rate, to_hex(key.digest).substr(0, 12)});
  }
  table.print();
  return kSuccess;
}

}  // namespace

void add_keys_command(CLI::App& app, int& exit) {
  CLI::App* const keys = app.add_subcommand("keys", "Make and list the keys that callers of a host need");
  keys->require_subcommand(1);
  auto flags = std::make_shared<KeysFlags>();
  const auto add = [&](const char* name, const char* what, int (*act)(const KeysFlags&)) {
    CLI::App* const command = keys->add_subcommand(name, what);
    command->add_option("-f,--file", flags->file, "The keys file, as slipway serve has it with --keys")
        ->envname("SLIPWAY_KEYS")
        ->required();
    command->callback([=, &exit] { exit = act(*flags); });
    return command;
  };
  add("list", "Show the names of the keys and what each may call", list)
      ->footer("  slipway keys list --file keys.yaml");
  CLI::App* const fresh = add("new", "Make a key, print it once, and put its hash into the file", make);
  fresh->add_option("name", flags->name, "Whose key it is")
      ->required()
      ->check(CLI::Validator(
          [](std::string& name) -> std::string {
            const bool fits =
                !name.empty() && name.size() <= 64 &&
                name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
                    std::string::npos &&
                name.find_first_of("._-") != 0;
            return fits ? ""
                        : "a name has 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', and begins with none of "
                          "the last";
          },
          "NAME"));
  fresh->add_option("--models", flags->models, "Models that it may call, with commas [all]")->delimiter(',');
  fresh->add_option("--rate", flags->rate, "Requests a second, at most [any]")->check(CLI::Range(0.001, 1e6));
  fresh->add_option("--burst", flags->burst, "Requests that may come at once [those of a second]")
      ->check(CLI::Range(1, 1'000'000));
  fresh->footer(
      "The file is replaced in one step. Comments in it are lost.\n\n"
      "  slipway keys new billing --models sum,identity-match --rate 50 --file keys.yaml");
}

}  // namespace slipway::cli
