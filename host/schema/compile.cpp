// The outcome of compiling.
#include "schema/compile.hpp"

#include <algorithm>
#include <new>
#include <tuple>

#include "schema/compiler.hpp"

namespace slipway::schema {

void Diagnostics::add(const References::SchemaDocument& document, std::uint32_t index, std::string pointer,
                      bool of_key, std::string message) {
  if (full()) return;
  const document::SourceMap::Position at = document.source->find(pointer, of_key);
  for (const Entry& known : entries_)
    if (known.document == index && known.diagnostic.pointer == pointer && known.diagnostic.message == message)
      return;
  if (entries_.size() == most_) {
    entries_.push_back({kNone, {}, {document.source->file(), "there are more than these", ""}});
    return;
  }
  entries_.push_back({index, at, {document.source->describe(at), std::move(message), std::move(pointer)}});
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.document, a.at.line, a.at.column) < std::tie(b.document, b.at.line, b.at.column);
  });
  std::vector<Diagnostic> all;
  for (Entry& entry : entries_) all.push_back(std::move(entry.diagnostic));
  entries_.clear();
  return all;
}

Status Compilation::status() const {
  if (errors.empty()) return {};
  std::string text;
  for (const Diagnostic& error : errors) text.append(text.empty() ? "" : "\n").append(error.text());
  return Status(Code::invalid_argument, std::move(text));
}

Compilation compile(document::Value root, const document::SourceMap& source, const CompileOptions& options) {
  try {
    return Compiler(options).compile(root, source);
  } catch (const std::bad_alloc&) {
    Compilation failed;
    failed.errors.push_back({source.file(), "there is not enough memory to compile this schema", ""});
    return failed;
  }
}

Compilation compile_text(std::string_view text, std::string_view file, const CompileOptions& options) {
  document::Document schema;
  document::SourceMap source{std::string(file)};
  document::Limits limits;
  limits.depth = document::Limits::kMostDepth;
  Status read = document::read_yaml(text, schema, source, limits);
  if (read) return compile(schema.root(), source, options);
  Compilation failed;
  const std::string prefix = std::string(file) + ":";
  const Error& error = read.error();
  // The reader's message begins with its position.
  const std::size_t end = error.message.starts_with(prefix) ? error.message.find(": ") : std::string::npos;
  if (end == std::string::npos) {
    failed.errors.push_back({std::string(file), error.message, error.pointer});
  } else {
    failed.errors.push_back({error.message.substr(0, end), error.message.substr(end + 2), error.pointer});
  }
  return failed;
}

}  // namespace slipway::schema
