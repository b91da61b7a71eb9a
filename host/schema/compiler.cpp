// The compiler's core.
#include "schema/compiler.hpp"

#include <algorithm>

#include "document/pointer.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {

Compiler::Compiler(const CompileOptions& options)
    : options_(options),
      dialect_(dialect_table(options.dialect)),
      errors_(options.limits.errors),
      warnings_(options.limits.errors),
      references_(dialect_, options,
                  [this](const Place& place, std::string message) {
                    report(errors_, place, "", false, std::move(message));
                  }),
      program_(std::make_unique<Program>()) {
  program_->nodes.resize(2);
  program_->nodes[kNever].kinds = 0;
  program_->locations.resize(1);
  program_->steps = options.limits.steps;
  compiled_.resize(2, true);
}

Compilation Compiler::compile(document::Value root, const document::SourceMap& source) {
  Compilation result;
  if (references_.add_root(root, source)) {
    Place place;
    program_->root = schema(root, place, document_location(0), "");
    compile_pending();
    if (errors_.empty()) check_chains();
    if (errors_.empty()) make_literals();
  }
  result.warnings = warnings_.take();
  if (errors_.empty()) {
    finish_program(*program_);
    result.schema = std::make_shared<const Schema>(std::move(program_));
  }
  result.errors = errors_.take();
  return result;
}

void Compiler::report(Diagnostics& to, const Place& place, std::string_view path, bool of_key,
                      std::string message) {
  to.add(references_.document(place.document), place.document, place.pointer + std::string(path), of_key,
         std::move(message));
}

std::uint32_t Compiler::location(std::uint32_t parent, std::string_view text) {
  if (text.empty()) return parent;
  program_->locations.push_back({parent, std::string(text)});
  return static_cast<std::uint32_t>(program_->locations.size() - 1);
}

std::uint32_t Compiler::document_location(std::uint32_t document) {
  if (document == 0) return 0;
  const auto [at, added] = document_locations_.try_emplace(document, 0);
  if (added) at->second = location(kNone, references_.document(document).name + "#");
  return at->second;
}

NodeId Compiler::node_for(const slw_value* schema) {
  const auto [at, added] = node_of_.try_emplace(schema, static_cast<NodeId>(program_->nodes.size()));
  if (added) {
    program_->nodes.emplace_back();
    compiled_.push_back(false);
  }
  return at->second;
}

NodeId Compiler::child(NodeDraft& draft, document::Value value, std::string_view path, bool in_place) {
  const std::size_t length = draft.place.pointer.size();
  draft.place.pointer += path;
  const NodeId id = schema(value, draft.place, draft.node.location, path);
  if (in_place && value.is_object() && value.find("$ref") != nullptr)
    in_place_references_.push_back({draft.id, id, draft.place});
  draft.place.pointer.resize(length);
  return id;
}

NodeId Compiler::schema(document::Value value, Place& place, std::uint32_t parent_location,
                        std::string_view path) {
  if (!value.is_object()) {
    report(errors_, place, "", false, "a schema must be a mapping, not " + show(value));
    return kAny;
  }
  if (errors_.full()) return kAny;
  if (value.find("$ref") != nullptr) return reference(value, place);
  const NodeId id = node_for(value.node());
  if (!compiled_[id]) compile_node(value, place, id, location(parent_location, path));
  return id;
}

void Compiler::compile_node(document::Value value, Place& place, NodeId id, std::uint32_t location) {
  compiled_[id] = true;
  NodeDraft draft{value, place, id};
  draft.node.location = location;
  compile_keywords(draft);
  if (strict() && !errors_.full()) check_contradictions(*this, draft);
  commit(draft);
}

void Compiler::compile_keywords(NodeDraft& draft) {
  for (std::uint32_t i = 0; i < draft.schema.size() && !errors_.full(); ++i) {
    const std::string_view name = draft.schema.key(i);
    const Keyword* const keyword = dialect_.find(name);
    if (keyword == nullptr) {
      if (strict() && !name.starts_with("x-")) unknown_keyword(draft, name);
    } else if (keyword->compile != nullptr) {
      keyword->compile(*this, draft, draft.schema.member(i));
    }
  }
}

void Compiler::unknown_keyword(const NodeDraft& draft, std::string_view keyword) {
  std::string path;
  document::append_token(path, keyword);
  for (const auto& [name, where] : dialect_.foreign)
    if (name == keyword) {
      error_at_key(draft, path,
                   quoted(keyword) + " is not a keyword of " + std::string(dialect_.name) + ", but of " +
                       std::string(where));
      return;
    }
  NearestWord nearest(keyword);
  for (const Keyword& known : dialect_.keywords) nearest.consider(known.name);
  error_at_key(draft, path, "unknown keyword " + quoted(keyword) + nearest.suggestion());
}

// What stands beside $ref has no effect; only what means to have none is welcome there.
void Compiler::check_neighbours(NodeDraft& draft) {
  for (std::uint32_t i = 0; i < draft.schema.size(); ++i) {
    const std::string_view name = draft.schema.key(i);
    const Keyword* const keyword = dialect_.find(name);
    if (keyword == nullptr) {
      if (strict() && !name.starts_with("x-")) unknown_keyword(draft, name);
    } else if (!keyword->beside_reference) {
      std::string path;
      document::append_token(path, name);
      if (strict())
        error_at_key(draft, path, quoted(name) + " has no effect beside `$ref`; put both into `allOf`");
    } else if (keyword->compile != nullptr && name != dialect_.id) {
      keyword->compile(*this, draft, draft.schema.member(i));
    }
  }
}

NodeId Compiler::reference(document::Value value, Place& place) {
  if (const auto known = node_of_.find(value.node()); known != node_of_.end()) return known->second;
  Place at = place;
  bool sensitive = false;
  std::vector<const slw_value*> passed;
  while (value.is_object() && value.find("$ref") != nullptr) {
    const document::Value target(value.find("$ref"));
    if (!target.is_string()) {
      report(errors_, at, "/$ref", false, "`$ref` must be a string, not " + show(target));
      return kAny;
    }
    if (std::find(passed.begin(), passed.end(), value.node()) != passed.end() ||
        passed.size() > options_.limits.chain) {
      report(errors_, at, "/$ref", false,
             "`$ref` " + quoted(target.text()) + " leads back to itself through references only");
      return kAny;
    }
    passed.push_back(value.node());
    NodeDraft draft{value, at, kNone};
    if (value.size() > 1) draft.node.location = location(document_location(at.document), at.pointer);
    check_neighbours(draft);
    sensitive = sensitive || draft.node.sensitive;
    Result<Target> found = references_.resolve(target.text(), value.node());
    if (!found) {
      report(errors_, at, "/$ref", false,
             "`$ref` " + quoted(target.text()) + " leads nowhere: " + found.error().message);
      return kAny;
    }
    if (found->schema->kind != SLW_OBJECT) {
      report(errors_, at, "/$ref", false,
             "`$ref` " + quoted(target.text()) + " leads to " + show(document::Value(found->schema)) +
                 ", not to a schema");
      return kAny;
    }
    value = document::Value(found->schema);
    at = std::move(found->place);
  }
  NodeId id = node_for(value.node());
  if (!compiled_[id]) pending_.push_back({value.node(), at});
  if (sensitive) id = wrap_sensitive(id, location(document_location(place.document), place.pointer));
  if (sensitive) passed.resize(1);  // the others need not be
  for (const slw_value* const reference : passed) node_of_.try_emplace(reference, id);
  return id;
}

NodeId Compiler::wrap_sensitive(NodeId target, std::uint32_t location) {
  Node wrapper;
  wrapper.sensitive = true;
  wrapper.location = location;
  wrapper.logic = static_cast<std::uint32_t>(program_->logics.size());
  Logic logic;
  logic.all_of = {static_cast<std::uint32_t>(program_->children.size()), 1};
  program_->children.push_back(target);
  program_->logics.push_back(logic);
  program_->nodes.push_back(wrapper);
  compiled_.push_back(true);
  return static_cast<NodeId>(program_->nodes.size() - 1);
}

void Compiler::compile_pending() {
  while (!pending_.empty() && !errors_.full()) {
    Target target = std::move(pending_.back());
    pending_.pop_back();
    const NodeId id = node_of_.at(target.schema);
    if (compiled_[id]) continue;
    const std::uint32_t where = location(document_location(target.place.document), target.place.pointer);
    compile_node(document::Value(target.schema), target.place, id, where);
  }
}

void Compiler::commit(NodeDraft& draft) {
  const auto keep = [](bool used, auto& table, auto& rules) {
    if (!used) return kNone;
    table.push_back(std::move(rules));
    return static_cast<std::uint32_t>(table.size() - 1);
  };
  draft.node.text = keep(draft.has_text, program_->texts, draft.text);
  draft.node.number = keep(draft.has_number, program_->numbers, draft.number);
  draft.node.array = keep(draft.has_array, program_->arrays, draft.array);
  draft.node.object = keep(draft.has_object, program_->objects, draft.object);
  draft.node.logic = keep(draft.has_logic, program_->logics, draft.logic);
  program_->nodes[draft.id] = draft.node;
}

std::uint32_t Compiler::pattern(NodeDraft& draft, std::string_view source, std::string_view path,
                                bool of_key) {
  const auto [at, added] = pattern_of_.try_emplace(std::string(source), kNone);
  if (!added && at->second != kNone) return at->second;
  Result<Pattern> compiled = Pattern::compile(source);
  if (!compiled) {
    report(errors_, draft.place, path, of_key,
           "the pattern " + quoted(source) + " cannot be kept: " + compiled.error().message);
    return kNone;
  }
  pattern_cost_ += compiled->cost();
  if (pattern_cost_ > options_.limits.pattern_program) {
    report(errors_, draft.place, path, of_key, "the patterns of this schema are too large together");
    return kNone;
  }
  at->second = static_cast<std::uint32_t>(program_->patterns.size());
  program_->patterns.push_back(std::move(*compiled));
  return at->second;
}

std::uint32_t Compiler::name(std::string_view text) {
  const auto [at, added] =
      name_of_.try_emplace(std::string(text), static_cast<std::uint32_t>(program_->names.size()));
  if (added) program_->names.emplace_back(text);
  return at->second;
}

std::uint32_t Compiler::enumeration(document::Value values) {
  program_->enumerations.push_back({literal(values), {}});
  return static_cast<std::uint32_t>(program_->enumerations.size() - 1);
}

std::uint32_t Compiler::literal(document::Value value) {
  literals_.push_back(value);
  return static_cast<std::uint32_t>(literals_.size() - 1);
}

}  // namespace slipway::schema
