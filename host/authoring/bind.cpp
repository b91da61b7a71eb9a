#include "authoring/bind.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "authoring/bind_header.hpp"
#include "authoring/bind_names.hpp"
#include "authoring/bind_schema.hpp"
#include "base/file.hpp"
#include "base/unique_fd.hpp"

namespace slipway::authoring {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kHeaderBytes = 64u << 20;

// Functions of C that models may well be called like; sorted. A namespace cannot have such a name.
constexpr std::array kFunctions = std::to_array<std::string_view>(
    {"abort",   "abs",    "accept", "access", "bind",  "brk",    "ceil",   "clock", "close",
     "connect", "div",    "exit",   "exp",    "floor", "gamma",  "index",  "kill",  "link",
     "listen",  "log",    "open",   "pause",  "pipe",  "pow",    "raise",  "rand",  "random",
     "read",    "remove", "rename", "rindex", "round", "select", "signal", "sleep", "stat",
     "strfry",  "sync",   "system", "time",   "times", "wait",   "write"});

std::string namespace_of(const std::string& model) {
  std::string name = identifier(model);
  if (std::ranges::binary_search(kFunctions, std::string_view(name))) name += '_';
  return name;
}

// One or more identifiers with `::` between them.
Status check_namespace(std::string_view name) {
  for (std::string_view rest = name;;) {
    const std::size_t end = std::min(rest.find("::"), rest.size());
    const std::string_view part = rest.substr(0, end);
    if (identifier(part) != part)
      return {Code::invalid_argument,
              "\"" + std::string(name) +
                  "\" is no namespace: write C++ identifiers that are no keywords, with :: "
                  "between them"};
    if (end == rest.size()) return {};
    rest.remove_prefix(end + 2);
  }
}

void add_inputs(const fs::path& folder, const model::SchemaFile& file, std::vector<fs::path>& inputs) {
  inputs.push_back(folder / file.path);
  for (const auto& [path, document] : file.referred) inputs.push_back(folder / path);
}

// As both make and ninja read a path.
void append_path(const fs::path& path, std::string& rule) {
  for (const char c : path.string()) {
    if (c == ' ' || c == '#' || c == '\\') rule += '\\';
    if (c == '$') rule += '$';
    rule += c;
  }
}

}  // namespace

Result<BoundHeader> bind(const fs::path& folder, const model::Bundle& bundle, const std::string& name_space) {
  const model::Manifest& manifest = bundle.manifest;
  if (Status checked = name_space.empty() ? Status() : check_namespace(name_space); !checked)
    return std::move(checked).error();
  Header header;
  header.made_from = "model.yaml, " + manifest.request_schema + " and " + manifest.response_schema +
                     " of the model " + manifest.name;
  header.name_space = name_space.empty() ? namespace_of(manifest.name) : name_space;
  header.types.names = {"Request", "Response"};
  header.request = SchemaTypes(bundle.request, Side::request, header.types).root("Request");
  header.response = SchemaTypes(bundle.response, Side::response, header.types).root("Response");
  BoundHeader made{header_text(header), {folder / "model.yaml"}};
  add_inputs(folder, bundle.request, made.inputs);
  add_inputs(folder, bundle.response, made.inputs);
  return made;
}

Status write_if_changed(const fs::path& file, const std::string& text) {
  if (const Result<std::string> old = read_file(file, kHeaderBytes); old && *old == text) return {};
  const fs::path beside = file.string() + ".new";
  const UniqueFd out(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  const auto failed = [&](const std::string& why) {
    return Error(Code::io, "cannot write " + file.string() + ": " + why);
  };
  if (!out.valid()) return failed(system_message(errno));
  if (Status written = write_all(out.get(), text); !written) return failed(written.error().message);
  std::error_code error;
  fs::rename(beside, file, error);
  if (error) return failed(error.message());
  return {};
}

std::string dependency_rule(const fs::path& target, const std::vector<fs::path>& inputs) {
  std::string rule;
  append_path(target, rule);
  rule += ':';
  for (const fs::path& input : inputs) {
    rule += ' ';
    append_path(input, rule);
  }
  return rule + '\n';
}

}  // namespace slipway::authoring
