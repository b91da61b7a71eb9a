// slipway pack: a bundle in one file, checked, with a lock and a bill of materials.
#include "authoring/pack.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "base/units.hpp"
#include "cli/check.hpp"
#include "cli/command.hpp"
#include "telemetry/log.hpp"

namespace slipway::cli {
namespace {

namespace fs = std::filesystem;

struct PackFlags {
  std::string folder = ".", output, cache;
  std::vector<std::string> allowed;
};

// What time it is for what must be reproducible (reproducible-builds.org/specs/source-date-epoch): a time
// that is given, else none.
Result<std::int64_t> source_date() {
  const char* const text = std::getenv("SOURCE_DATE_EPOCH");
  if (text == nullptr) return std::int64_t{0};
  constexpr std::int64_t kYear2200 = 7'258'118'400;  // nanoseconds since 1970 end in 2262
  const std::string_view digits = text;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), seconds);
  if (error != std::errc() || end != digits.end() || seconds < 0 || seconds >= kYear2200)
    return Error(Code::invalid_argument, "SOURCE_DATE_EPOCH is \"" + std::string(digits) +
                                             "\"; it must be seconds since 1970, as digits");
  return seconds;
}

fs::path target_of(const PackFlags& flags, const lifecycle::BundleLock& lock) {
  const std::string name = lock.name + "-" + lock.version + lifecycle::kPackedExtension;
  std::error_code error;
  if (flags.output.empty()) return name;
  return fs::is_directory(flags.output, error) ? fs::path(flags.output) / name : fs::path(flags.output);
}

int fail(const Error& error) {
  complain(error.message);
  return error.code == Code::not_found ? kUsage : kFailure;
}

int pack(const PackFlags& flags) {
  const Result<std::int64_t> created = source_date();
  if (!created) return complain(created.error().message), kUsage;
  const Result<authoring::PackDraft> draft = authoring::draft_pack(flags.folder, flags.allowed, *created);
  if (!draft) return fail(draft.error());
  for (const std::string& name : draft->left_out) std::printf("note  left out: %s\n", name.c_str());
  if (const int checked = check_bundle(draft->directory, flags.cache); checked != kSuccess) {
    complain("not packed: a host would refuse it");
    return checked;
  }
  const lifecycle::BundleLock& lock = draft->about.lock;
  const fs::path target = target_of(flags, lock);
  const Result<std::uint64_t> size = authoring::write_pack(*draft, target);
  if (!size) return fail(size.error());
  std::printf("%s: %zu files of %s in %s, digest %s\n", target.c_str(), lock.files.size(),
              readable_size(lifecycle::bytes_of(lock.files)).c_str(), readable_size(*size).c_str(),
              lock.digest().c_str());
  return kSuccess;
}

}  // namespace

void add_pack_command(CLI::App& app, int& exit) {
  CLI::App* const command = app.add_subcommand("pack", "Pack a checked bundle into one file to be shipped");
  auto flags = std::make_shared<PackFlags>();
  command->add_option("folder", flags->folder, "Folder of the model's bundle [the current one]");
  command->add_option("-o,--output", flags->output, "The file, or a folder for it [NAME-VERSION.slip]");
  command
      ->add_option(
          "--allow", flags->allowed,
          "Pack this file, named by its path in the bundle, though it looks like a leak; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--cache", flags->cache,
                   "Where private copies of plugins are kept [the user's cache folder]")
      ->envname("SLIPWAY_CACHE");
  command->footer(
      "Packs model.yaml, README.md, schemas/, tests/, data/ and the plugins below lib/, and says what it "
      "leaves "
      "out. Refuses\nwhat slipway check refuses, and what should not travel: private keys, tokens, files for "
      "passwords, data outside of\ndata/, links that lead out of the folder, plugins that look for libraries "
      "in "
      "the builder's folders.\nThe same bundle is the same file, byte for byte. Times in it are 1970, or "
      "SOURCE_DATE_EPOCH.\nExits 0 when the file is there, 1 when the bundle is refused, 2 when the command "
      "is "
      "wrong.\n\n"
      "  slipway pack build/release/models/sum && slipway publish sum-1.0.0.slip --store /srv/slipway");
  command->callback([=, &exit] {
    (void)telemetry::start_log({telemetry::LogFormat::console, telemetry::Level::warning});
    exit = pack(*flags);
    telemetry::stop_log();
  });
}

}  // namespace slipway::cli
