// Naming schemas and finding them again.
#include "schema/references.hpp"

#include "base/utf8.hpp"
#include "document/json_reader.hpp"
#include "document/pointer.hpp"
#include "schema/subschemas.hpp"
#include "schema/uri.hpp"
#include "schema/wording.hpp"

namespace slipway::schema {
namespace {

constexpr std::size_t kLongestUri = 4096;
constexpr std::size_t kLongestPointer = 16'384;

}  // namespace

std::uint32_t References::intern(std::string uri) {
  bases_.push_back(std::move(uri));
  return static_cast<std::uint32_t>(bases_.size() - 1);
}

bool References::add_root(document::Value root, const document::SourceMap& source) {
  return add(root, source, std::string(split_uri(options_.base_uri).document), "");
}

bool References::add(document::Value root, const document::SourceMap& source, std::string uri,
                     std::string document_name) {
  documents_.push_back({root, &source, std::move(document_name)});
  Place place{static_cast<std::uint32_t>(documents_.size() - 1), ""};
  named_.try_emplace(uri, Target{root.node(), place});
  return !root.is_object() || scan(root, place, intern(std::move(uri)), 0);
}

void References::name(const std::string& uri, document::Value schema, const Place& place) {
  const auto [at, added] = named_.try_emplace(uri, Target{schema.node(), place});
  if (added || at->second.schema == schema.node()) return;
  Place id = place;
  document::append_token(id.pointer, dialect_.id);
  report_(id, quoted(dialect_.id) + " names two schemas " + quoted(uri));
}

bool References::scan(document::Value schema, Place& place, std::uint32_t base, std::uint32_t depth) {
  if (++subschemas_ > options_.limits.subschemas) {
    report_(place, "more than " + std::to_string(options_.limits.subschemas) + " schemas");
    return false;
  }
  if (depth > options_.limits.depth) {
    report_(place, "schemas nest deeper than " + std::to_string(options_.limits.depth));
    return false;
  }
  if (place.pointer.size() > kLongestPointer) {
    report_(place, "the names that lead to this schema are longer than " + std::to_string(kLongestPointer) +
                       " bytes together");
    return false;
  }
  const slw_value* const id = schema.find(dialect_.id);
  if (id != nullptr && id->kind == SLW_STRING && schema.find("$ref") == nullptr) {
    const std::string uri = resolve_uri(bases_[base], document::Value(id).text());
    const auto [document, fragment] = split_uri(uri);
    if (uri.size() > kLongestUri) {
      report_(place, "`id` comes to a URI longer than " + std::to_string(kLongestUri) + " bytes");
      return false;
    }
    if (document != bases_[base]) base = intern(std::string(document));
    if (depth != 0 || document != bases_.front() || !fragment.empty()) name(uri, schema, place);
  }
  base_of_.emplace(schema.node(), base);
  bool whole = true;
  for_each_subschema(dialect_, schema, place.pointer,
                     [&](document::Value inner) { whole = whole && scan(inner, place, base, depth + 1); });
  return whole;
}

const Target* References::find_document(const std::string& uri, Error& error) {
  if (const auto known = named_.find(uri); known != named_.end()) return &known->second;
  if (const auto refused = missing_.find(uri); refused != missing_.end()) {
    error.message = refused->second;
    return nullptr;
  }
  document::Value root(nullptr);
  const document::SourceMap* source = nullptr;
  if (uri == dialect_.uri) {
    document::Limits limits;
    if (!document::read_json(dialect_.metaschema, metaschema_, limits))
      error.message = "the meta-schema cannot be read";
    root = metaschema_.root();
    source = &metaschema_source_;
  } else if (options_.resolver == nullptr) {
    error.message = "references to other documents are not allowed here";
  } else if (++fetched_ > options_.limits.documents) {
    error.message = "more than " + std::to_string(options_.limits.documents) + " documents are referred to";
  } else if (auto found = options_.resolver->resolve(uri); found) {
    root = found->root;
    source = found->source;
  } else {
    error.message = found.error().message;
  }
  if (source == nullptr) {
    missing_.emplace(uri, error.message);
    return nullptr;
  }
  if (!add(root, *source, uri, uri)) error.message = "the document it leads to cannot be compiled";
  return &named_.at(uri);
}

Result<Target> References::follow(const Target& root, std::string_view pointer) {
  if (!document::is_pointer(pointer))
    return Error(Code::invalid_argument, quoted(pointer) + " is not a JSON pointer");
  document::Value value(root.schema);
  Target target = root;
  std::uint32_t base = base_of_.contains(root.schema) ? base_of_.at(root.schema) : 0;
  std::uint32_t depth = 0;
  while (!pointer.empty()) {
    const std::string token = document::take_token(pointer);
    const slw_value* next = nullptr;
    if (value.is_object()) {
      next = value.find(token);
    } else if (value.kind() == document::Kind::array && !token.empty() && token.size() < 9 &&
               token.find_first_not_of("0123456789") == std::string::npos &&
               (token == "0" || token[0] != '0')) {
      const auto index = static_cast<std::uint32_t>(std::stoul(token));
      if (index < value.size()) next = value.element(index).node();
    }
    if (next == nullptr) {
      const std::string where = target.place.pointer.empty() ? "the schema" : quoted(target.place.pointer);
      return Error(Code::not_found, where + " has no " + quoted(token));
    }
    document::append_token(target.place.pointer, token);
    value = document::Value(next);
    ++depth;
    if (const auto walked = base_of_.find(next); walked != base_of_.end()) base = walked->second;
  }
  target.schema = value.node();
  // A place that no keyword makes a schema: it becomes one by being referred to.
  if (value.is_object() && !base_of_.contains(value.node()) && !scan(value, target.place, base, depth))
    return Error(Code::limit_exceeded, "what it leads to cannot be compiled");
  return target;
}

Result<Target> References::resolve(std::string_view reference, const slw_value* from) {
  const auto base = base_of_.find(from);
  const std::string uri =
      resolve_uri(base == base_of_.end() ? bases_.front() : bases_[base->second], reference);
  if (uri.size() > kLongestUri) return Error(Code::invalid_argument, "it is too long");
  if (const auto named = named_.find(uri); named != named_.end()) return named->second;
  const auto [document_uri, fragment] = split_uri(uri);
  Error error(Code::not_found, "");
  const Target* const found = find_document(std::string(document_uri), error);
  if (!error.message.empty()) return error;
  const Target document = *found;
  if (fragment.empty()) return document;
  if (const auto named = named_.find(uri); named != named_.end()) return named->second;
  std::string pointer;
  if (!decode_percent(fragment, pointer))
    return Error(Code::invalid_argument, "a `%` in it is not followed by two hexadecimal digits");
  if (!is_utf8(pointer)) return Error(Code::invalid_argument, "what its `%` stand for is not UTF-8");
  if (!pointer.starts_with('/'))
    return Error(Code::not_found, "no schema has the " + quoted(dialect_.id) + " " + quoted("#" + pointer));
  return follow(document, pointer);
}

}  // namespace slipway::schema
