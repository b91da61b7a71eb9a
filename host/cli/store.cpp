// slipway store: looks after a store while no host has it open.
#include <pwd.h>
#include <unistd.h>

#include "cli/command.hpp"
#include "cli/store_report.hpp"

namespace slipway::cli {
namespace {

struct StoreFlags {
  std::string store;
  bool json = false;
  bool dry_run = false;
  std::size_t keep = lifecycle::Retention{}.keep;
  std::int64_t days = lifecycle::Retention{}.age / (24 * 3600 * kSecond);
};

std::string user_name() {
  const passwd* const user = ::getpwuid(::geteuid());
  return user != nullptr ? user->pw_name : "user " + std::to_string(::geteuid());
}

// `work` is given the open store and returns what it found, or why it could not.
template <class Work, class Print>
int run(const StoreFlags& flags, Work work, Print print) {
  if (!std::filesystem::exists(std::filesystem::path(flags.store) / "ledger.db"))
    return complain(flags.store + " is no store: there is no ledger.db in it"), kFailure;
  Result<std::unique_ptr<lifecycle::Store>> store = lifecycle::Store::open(real_file_system(), flags.store);
  if (!store) return complain(store.error().message), kFailure;
  const auto found = work(**store);
  if (!found) return complain(found.error().message), kFailure;
  return print(*found);
}

int list(const StoreFlags& flags) {
  return run(flags, read_inventory, [&](const Inventory& inventory) {
    print_inventory(inventory, flags.json);
    return kSuccess;
  });
}

int verify(const StoreFlags& flags) {
  return run(flags, lifecycle::verify, [&](const lifecycle::Integrity& integrity) {
    print_integrity(integrity, flags.json);
    return integrity.sound() ? kSuccess : kFailure;
  });
}

int repair(const StoreFlags& flags) {
  return run(
      flags, [](lifecycle::Store& store) { return lifecycle::repair(store, user_name()); },
      [&](const lifecycle::Integrity& integrity) {
        print_integrity(integrity, flags.json);
        return integrity.ledger.empty() ? kSuccess : kFailure;
      });
}

int collect(const StoreFlags& flags) {
  const lifecycle::Retention retention{flags.keep, flags.days * 24 * 3600 * kSecond};
  return run(
      flags,
      [&](lifecycle::Store& store) {
        return flags.dry_run ? lifecycle::find_garbage(store, retention, utc_now())
                             : lifecycle::collect(store, retention, utc_now(), user_name());
      },
      [&](const lifecycle::Garbage& garbage) {
        print_garbage(garbage, flags.dry_run, flags.json);
        return kSuccess;
      });
}

// A sub-command of `slipway store`, with the flags that all of them have.
CLI::App* add(CLI::App& store, const std::shared_ptr<StoreFlags>& flags, int& exit, const char* name,
              const char* what, int (*act)(const StoreFlags&)) {
  CLI::App* const command = store.add_subcommand(name, what);
  command->add_option("--store", flags->store, "Folder of the store")->envname("SLIPWAY_STORE")->required();
  command->add_flag("--json", flags->json, "Print JSON, for scripts");
  command->callback([=, &exit] { exit = act(*flags); });
  return command;
}

}  // namespace

void add_store_command(CLI::App& app, int& exit) {
  CLI::App* const store = app.add_subcommand("store", "Look after a store of published bundles, offline");
  store->require_subcommand(1);
  store->footer(
      "A store is open in one process at a time: these commands are refused while a host serves from it.\n\n"
      "  slipway store list --store /var/lib/slipway\n"
      "  slipway store gc --store /var/lib/slipway --dry-run");
  auto flags = std::make_shared<StoreFlags>();
  add(*store, flags, exit, "list", "Show the published versions and what points to them", list)
      ->footer("  slipway store list --store /var/lib/slipway --json");
  add(*store, flags, exit, "verify", "Hash everything in the store and name what is not as it was published",
      verify)
      ->footer(
          "Changes nothing. Exits 1 when something is damaged.\n\n"
          "  slipway store verify --store /var/lib/slipway");
  add(*store, flags, exit, "repair", "Set damaged bundles aside, so that publishing them again heals them",
      repair)
      ->footer(
          "Damaged bundles go to quarantine/ in the store. Labels stay where they are: publish the bundle "
          "again\n"
          "from its source, or release another version. Exits 1 when the ledger itself is damaged.\n\n"
          "  slipway store repair --store /var/lib/slipway");
  CLI::App* const gc = add(*store, flags, exit, "gc", "Remove versions that nothing needs any more", collect);
  gc->add_flag("--dry-run", flags->dry_run, "Show what would be removed, and remove nothing");
  gc->add_option("--keep", flags->keep,
                 "Versions of each model that stay: the last that were published or released [3]")
      ->check(CLI::Range(0, 1'000'000));
  gc->add_option("--days", flags->days,
                 "Versions that were published or released within so many days stay [30]")
      ->check(CLI::Range(0, 36'500));
  gc->footer(
      "A version that a label points to is never removed. The store remembers which bytes a removed version\n"
      "had: it can be published again with the same ones only.\n\n"
      "  slipway store gc --store /var/lib/slipway --dry-run");
}

}  // namespace slipway::cli
