// What the commands to a running host have in common: which host, what is sent to it, and how its answer is
// shown.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cli/control_client.hpp"
#include "document/value.hpp"
#include "model/checked_yaml.hpp"

namespace slipway::cli {

// What every command of this kind takes.
struct Target {
  std::string store;
  std::string control;
  bool json = false;

  std::string socket() const { return control_socket(control, store); }
};
std::shared_ptr<Target> add_target(CLI::App& command);

CLI::App* add(CLI::App& app, const char* name, const char* what, const char* footer);
void add_why(CLI::App& command, std::string& why);

// A model's name or a label, which become parts of a path; the error, or nothing.
std::string check_name(const std::string& text);
// "10%" or "0.1": a part of a whole.
std::optional<double> parse_part(const std::string& text);
std::string check_part(const std::string& text);
std::string check_duration(const std::string& text);

// What a version on trial must keep to. Empty: was not given.
struct BoundOptions {
  std::string max_errors;
  std::string max_latency;
  std::string window;
};
// `errors_default` is shown with --max-errors.
void add_bounds(CLI::App& command, BoundOptions& bounds, const std::string& errors_default);

// The JSON object that goes with a command; what is empty is left out.
class CommandBody {
 public:
  CommandBody& text(std::string_view key, std::string_view value);
  CommandBody& number(std::string_view key, std::optional<double> value);
  CommandBody& flag(std::string_view key);
  std::string json() const { return text_ + "}"; }

 private:
  void begin(std::string_view key);

  std::string text_ = "{";
};
void write_bounds(CommandBody& body, const BoundOptions& bounds);

// Starts a command and follows it to its end, its steps on standard error. Returns the exit status.
int run(const Target& target, const std::string& path, const CommandBody& body);
// Asks for something and shows it: as it came with --json.
int show(const Target& target, const std::string& path, const std::function<void(document::Value)>& print);

using model::for_each;

}  // namespace slipway::cli
