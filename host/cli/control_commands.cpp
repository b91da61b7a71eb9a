// slipway publish, release, rollback, unload, status, history: what operators ask of a running host.
#include <cstdio>
#include <filesystem>

#include "base/units.hpp"
#include "cli/command.hpp"
#include "cli/operator_command.hpp"
#include "cli/table.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {
namespace {

using document::Value;
using model::text_or;

std::string labels_of(Value version) {
  std::string all;
  for_each(version, "labels", [&](Value label) {
    all += (all.empty() ? "" : ", ") + std::string(label.text());
    const slw_value* const share = version.find("share");
    if (share == nullptr || label.text() != "canary") return;
    all += " " + format_percent(Value(share).number());
  });
  return all;
}

// "3 of 120 failed, 1 slow"
std::string trial_of(Value version) {
  const slw_value* const trial = version.find("trial");
  if (trial == nullptr) return {};
  const auto count = [&](std::string_view key) {
    const slw_value* const found = Value(trial).find(key);
    return found == nullptr ? std::string()
                            : std::to_string(static_cast<std::uint64_t>(Value(found).number()));
  };
  return count("failed") + " of " + count("answers") + " failed, " + count("slow") + " slow";
}

// "2027-06-01, gone 2027-12-01, use 2.0.0"
std::string deprecation_of(Value version) {
  const slw_value* const found = version.find("deprecation");
  if (found == nullptr) return {};
  const std::string sunset = text_or(Value(found), "sunset", "");
  const std::string successor = text_or(Value(found), "successor", "");
  return text_or(Value(found), "after", "") + (sunset.empty() ? "" : ", gone " + sunset) +
         (successor.empty() ? "" : ", use " + successor);
}

// "2 of 4, 3 crashed"; "none: why"
std::string workers_of(Value version) {
  const slw_value* const found = version.find("workers");
  if (found == nullptr) return {};
  const Value workers(found);
  if (const std::string why = text_or(workers, "taken_out", ""); !why.empty()) return "none: " + why;
  const auto count = [&](std::string_view key) {
    const slw_value* const number = workers.find(key);
    return number == nullptr ? 0 : static_cast<std::uint64_t>(Value(number).number());
  };
  std::string words = std::to_string(count("running")) + " of " + std::to_string(count("most"));
  if (count("crashed") != 0) words += ", " + std::to_string(count("crashed")) + " crashed";
  if (count("timed_out") != 0) words += ", " + std::to_string(count("timed_out")) + " timed out";
  return words;
}

void print_status(Value status) {
  Table table({"MODEL", "VERSION", "STATE", "LABELS", "SINCE", "WORKERS", "ON TRIAL", "DEPRECATED", "WHY"});
  for_each(status, "models", [&](Value model) {
    for_each(model, "versions", [&](Value version) {
      table.add({text_or(model, "name", ""), text_or(version, "version", ""), text_or(version, "state", ""),
                 labels_of(version), text_or(version, "since", ""), workers_of(version), trial_of(version),
                 deprecation_of(version), text_or(version, "why", "")});
    });
  });
  if (table.empty())
    std::puts("nothing is served; slipway publish BUNDLE, then slipway release MODEL VERSION");
  table.print();
}

void print_history(Value history) {
  Table table({"WHEN", "BY", "WHAT", "MODEL", "LABEL", "FROM", "TO", "OUTCOME", "WHY"});
  for_each(history, "decisions", [&](Value each) {
    const std::string details = text_or(each, "details", "");
    table.add({text_or(each, "at", ""), text_or(each, "by", ""), text_or(each, "action", ""),
               text_or(each, "model", ""), text_or(each, "label", ""), text_or(each, "from", ""),
               text_or(each, "to", ""), text_or(each, "outcome", ""),
               text_or(each, "why", "") + (details.empty() ? "" : " [" + details + "]")});
  });
  table.print();
}

struct Words {
  std::string model, version, label, bundle, why, limit;
  bool allow_breaking = false;
};

void add_publish(CLI::App& app, int& exit) {
  CLI::App* const command =
      add(app, "publish", "Copy a bundle into a host's store as a version, for ever the same",
          "The version takes no traffic yet: see slipway release.\n\n  slipway publish "
          "build/release/models/sum --store /srv/slipway");
  const auto target = add_target(*command);
  auto words = std::make_shared<Words>();
  command->add_option("bundle", words->bundle, "Folder of the model's bundle, or a packed one")->required();
  add_why(*command, words->why);
  command->callback([=, &exit] {
    std::error_code error;
    const std::string bundle = std::filesystem::absolute(words->bundle, error).lexically_normal().string();
    exit = run(*target, "/publish", CommandBody().text("bundle", bundle).text("why", words->why));
  });
}

void add_release(CLI::App& app, int& exit) {
  CLI::App* const command = add(
      app, "release", "Point a label to a published version: the swap",
      "Everything that can fail does so before the swap; then the next request is answered by the new "
      "version. The one\nbefore it stays in memory for slipway rollback. With bounds the host rolls back by "
      "itself, until the next release.\n\n  slipway release sum 1.2.0\n  slipway release sum 1.2.0 "
      "--max-errors 2% --max-latency 50ms --window 1m");
  const auto target = add_target(*command);
  auto words = std::make_shared<Words>();
  const auto bounds = std::make_shared<BoundOptions>();
  command->add_option("model", words->model, "The model's name")->required()->check(check_name);
  command->add_option("version", words->version, "A version that has been published")->required();
  command->add_option("--label", words->label, "Which label is moved [stable]");
  command->add_flag("--allow-breaking", words->allow_breaking,
                    "Also if the schemas would break clients of the version that is served now");
  add_bounds(*command, *bounds, "");
  add_why(*command, words->why);
  command->callback([=, &exit] {
    CommandBody body;
    body.text("version", words->version).text("label", words->label).text("why", words->why);
    if (words->allow_breaking) body.flag("allow_breaking");
    write_bounds(body, *bounds);
    exit = run(*target, "/models/" + words->model + "/release", body);
  });
}

void add_rollback(CLI::App& app, int& exit) {
  CLI::App* const command =
      add(app, "rollback", "Point a label back to the version before its last release",
          "At once while that version is still in memory.\n\n  slipway rollback sum --why 'scores drift'");
  const auto target = add_target(*command);
  auto words = std::make_shared<Words>();
  command->add_option("model", words->model, "The model's name")->required()->check(check_name);
  command->add_option("--label", words->label, "Which label is moved [stable]");
  add_why(*command, words->why);
  command->callback([=, &exit] {
    exit = run(*target, "/models/" + words->model + "/rollback",
               CommandBody().text("label", words->label).text("why", words->why));
  });
}

void add_unload(CLI::App& app, int& exit) {
  CLI::App* const command = add(app, "unload", "Take a version that no label points to out of memory",
                                "It stays in the store.\n\n  slipway unload sum 1.1.0");
  const auto target = add_target(*command);
  auto words = std::make_shared<Words>();
  command->add_option("model", words->model, "The model's name")->required()->check(check_name);
  command->add_option("version", words->version, "The version")->required();
  add_why(*command, words->why);
  command->callback([=, &exit] {
    exit = run(*target, "/models/" + words->model + "/unload",
               CommandBody().text("version", words->version).text("why", words->why));
  });
}

void add_status(CLI::App& app, int& exit) {
  CLI::App* const command = add(app, "status", "Show every version that a host knows, and its state",
                                "  slipway status --store /srv/slipway");
  const auto target = add_target(*command);
  command->callback([=, &exit] { exit = show(*target, "/status", print_status); });
}

void add_history(CLI::App& app, int& exit) {
  CLI::App* const command = add(app, "history", "Show what was decided, by whom and why, the newest first",
                                "  slipway history sum --limit 20");
  const auto target = add_target(*command);
  auto words = std::make_shared<Words>();
  command->add_option("model", words->model, "Of one model alone")->check(check_name);
  command->add_option("--label", words->label, "About one label alone")->check(check_name);
  command->add_option("--limit", words->limit, "How many at most [100]")->check(CLI::Range(1, 10'000));
  command->callback([=, &exit] {
    std::string path = "/history?limit=" + (words->limit.empty() ? "100" : words->limit);
    if (!words->model.empty()) path += "&model=" + words->model;
    if (!words->label.empty()) path += "&label=" + words->label;
    exit = show(*target, path, print_history);
  });
}

}  // namespace

void add_control_commands(CLI::App& app, int& exit) {
  add_publish(app, exit);
  add_release(app, exit);
  add_rollback(app, exit);
  add_unload(app, exit);
  add_status(app, exit);
  add_history(app, exit);
}

}  // namespace slipway::cli
