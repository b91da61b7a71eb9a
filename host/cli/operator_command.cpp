#include "cli/operator_command.hpp"

#include <charconv>
#include <cstdio>

#include "base/json_text.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"
#include "cli/command.hpp"
#include "model/manifest.hpp"

namespace slipway::cli {
namespace {

Result<ControlClient> connect(const Target& target) {
  if (target.store.empty() && target.control.empty())
    return Error(
        Code::invalid_argument,
        "which host? name its store with --store DIR (or SLIPWAY_STORE), or its socket with --control");
  return ControlClient::connect(target.socket());
}

int fail(const Error& error) {
  complain(error.message);
  return error.code == Code::invalid_argument ? kUsage : kFailure;
}

std::string json_quoted(std::string_view text) {
  PaddedBuffer out;
  append_json_string(text, out);
  return std::string(out.view());
}

}  // namespace

std::shared_ptr<Target> add_target(CLI::App& command) {
  auto target = std::make_shared<Target>();
  command.add_option("--store", target->store, "The host's store, where its control socket is")
      ->envname("SLIPWAY_STORE");
  command.add_option("--control", target->control, "The host's control socket [STORE/control.sock]")
      ->envname("SLIPWAY_CONTROL");
  command.add_flag("--json", target->json, "Print JSON, for programs");
  return target;
}

CLI::App* add(CLI::App& app, const char* name, const char* what, const char* footer) {
  CLI::App* const command = app.add_subcommand(name, what);
  command->footer(footer);
  return command;
}

void add_why(CLI::App& command, std::string& why) {
  command.add_option("--why", why, "Goes into the history");
}

std::string check_name(const std::string& text) {
  return model::is_model_name(text) ? ""
                                    : "\"" + text + "\" is not a name: lower-case letters, digits and dashes";
}

std::optional<double> parse_part(const std::string& text) {
  double number = 0;
  const bool percent = text.ends_with('%');
  const char* const end = text.data() + text.size() - (percent ? 1 : 0);
  const auto [after, error] = std::from_chars(text.data(), end, number);
  if (percent) number /= 100;
  if (error != std::errc() || after != end || !(number >= 0 && number <= 1)) return std::nullopt;
  return number;
}

std::string check_part(const std::string& text) {
  return parse_part(text) ? "" : "\"" + text + "\" is not a part of a whole, such as 10% or 0.1";
}

std::string check_duration(const std::string& text) {
  const Result<Nanoseconds> duration = parse_duration(text);
  return duration ? "" : duration.error().message;
}

void add_bounds(CLI::App& command, BoundOptions& bounds, const std::string& errors_default) {
  command
      .add_option(
          "--max-errors", bounds.max_errors,
          "Roll back when a larger part of its answers fails, such as 2%; 100%: never" + errors_default)
      ->check(check_part);
  command.add_option("--max-latency", bounds.max_latency, "Roll back when its p99 is longer, such as 50ms")
      ->check(check_duration);
  command.add_option("--window", bounds.window, "The bounds are about the answers of so long [30s]")
      ->check(check_duration);
}

void CommandBody::begin(std::string_view key) {
  if (text_.size() > 1) text_ += ',';
  text_ += json_quoted(key) + ":";
}

CommandBody& CommandBody::text(std::string_view key, std::string_view value) {
  if (value.empty()) return *this;
  begin(key);
  text_ += json_quoted(value);
  return *this;
}

CommandBody& CommandBody::number(std::string_view key, std::optional<double> value) {
  if (!value) return *this;
  begin(key);
  char text[32];
  text_.append(text, std::to_chars(text, text + sizeof text, *value).ptr);
  return *this;
}

CommandBody& CommandBody::flag(std::string_view key) {
  begin(key);
  text_ += "true";
  return *this;
}

void write_bounds(CommandBody& body, const BoundOptions& bounds) {
  body.number("max_errors", parse_part(bounds.max_errors));
  body.text("max_latency", bounds.max_latency).text("window", bounds.window);
}

int run(const Target& target, const std::string& path, const CommandBody& command) {
  const std::string body = command.json();
  if (find_invalid_utf8(body) != kValidUtf8)
    return fail(Error(Code::invalid_argument, "the command line is not UTF-8"));
  Result<ControlClient> client = connect(target);
  if (!client) return fail(client.error());
  const Result<std::string> outcome = client->run(path, body, [&](std::string_view step) {
    if (!target.json) std::fprintf(stderr, "  %.*s\n", static_cast<int>(step.size()), step.data());
  });
  if (target.json) {
    std::printf("{\"succeeded\":%s,\"%s\":%s}\n", outcome ? "true" : "false", outcome ? "result" : "error",
                json_quoted(outcome ? *outcome : outcome.error().message).c_str());
    return outcome ? kSuccess : kFailure;
  }
  if (!outcome) return fail(Error(Code::failed_precondition, outcome.error().message));
  std::printf("%s\n", outcome->c_str());
  return kSuccess;
}

int show(const Target& target, const std::string& path, const std::function<void(document::Value)>& print) {
  Result<ControlClient> client = connect(target);
  if (!client) return fail(client.error());
  const Result<ControlAnswer> answer = client->request("GET", path);
  if (!answer) return fail(answer.error());
  if (target.json)
    std::printf("%s\n", answer->text.c_str());
  else
    print(answer->body.root());
  return kSuccess;
}

}  // namespace slipway::cli
