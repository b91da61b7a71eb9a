// Documents for a schema: all schemas that apply to a value are looked at together, and a value is made that
// fits them as far as that is easy to say. What is hard (`not`, the other branches of `oneOf`) is left to
// chance.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <regex>
#include <unordered_map>

#include "schema_generator.hpp"

namespace slipway::testing {
namespace {

using Schemas = std::vector<const Json*>;

constexpr unsigned kDepth = 6;
constexpr std::size_t kMostSchemas = 40;

bool matches(const std::string& pattern, const std::string& text) {
  static std::unordered_map<std::string, std::regex> compiled;
  return std::regex_search(text, compiled.try_emplace(pattern, pattern).first->second);
}

bool is_integer_text(const std::string& text) {
  return text.find_first_of(".e") == std::string::npos;
}

double to_double(const std::string& number) {
  return std::strtod(number.c_str(), nullptr);
}

std::string from_double(double number) {
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

// The integer beside this one, exactly; another number as well as a double has it.
std::string beside(const std::string& number, int step) {
  std::int64_t integer = 0;
  const char* const end = number.data() + number.size();
  const auto [at, error] = std::from_chars(number.data(), end, integer);
  using Limits = std::numeric_limits<std::int64_t>;
  if (at != end || error != std::errc() || integer == Limits::max() || integer == Limits::min())
    return from_double(to_double(number) + step);
  return std::to_string(integer + step);
}

class DocumentMaker {
 public:
  DocumentMaker(RandomJson& random, const Json& root)
      : random_(random), root_(root), slips_(random.one_in(2) ? 0 : 1 + random.below(2)) {}

  Json make() {
    Json document = value({&root_}, kDepth);
    if (random_.one_in(8)) replace_something(document);
    return document;
  }

 private:
  // Whether to step outside here: so many times a document at most.
  bool slip() {
    if (slips_ == 0 || !random_.one_in(6)) return false;
    --slips_;
    return true;
  }

  // Adds `schema` and what it makes apply to the same value: one branch of each choice.
  void collect(const Json& schema, Schemas& all) {
    if (all.size() >= kMostSchemas) return;
    if (const Json* const target = schema.find("$ref"); target != nullptr) {
      constexpr std::string_view kPrefix = "#/definitions/";
      return collect(
          target->text == "#" ? root_ : *root_.find("definitions")->find(target->text.substr(kPrefix.size())),
          all);
    }
    all.push_back(&schema);
    if (const Json* const branches = schema.find("allOf"); branches != nullptr)
      for (const Json& branch : branches->children) collect(branch, all);
    for (const char* const choice : {"anyOf", "oneOf"})
      if (const Json* const branches = schema.find(choice); branches != nullptr)
        collect(random_.pick(branches->children), all);
  }

  Json value(const Schemas& given, unsigned depth) {
    Schemas all;
    for (const Json* const schema : given) collect(*schema, all);
    if (depth == 0 || all.empty() || slip()) return random_.value(1);
    for (const Json* const schema : all)
      if (const Json* const values = schema->find("enum"); values != nullptr)
        return in_some_order(random_.pick(values->children));
    const std::string type = type_for(all);
    if (type == "object") return object(all, depth);
    if (type == "array") return array(all, depth);
    if (type == "string") return Json::string(string(all));
    if (type == "boolean") return Json::boolean(random_.one_in(2));
    if (type == "null") return {};
    return Json::literal(number(all, type == "integer"));
  }

  // The order of an object's members makes no difference.
  Json in_some_order(Json value) {
    if (value.is_object() && random_.one_in(2)) {
      std::reverse(value.keys.begin(), value.keys.end());
      std::reverse(value.children.begin(), value.children.end());
    }
    return value;
  }

  static bool allows(const Json& schema, const std::string& type) {
    const Json* const allowed = schema.find("type");
    if (allowed == nullptr) return true;
    if (allowed->is_string())
      return allowed->text == type || (allowed->text == "number" && type == "integer");
    return std::any_of(allowed->children.begin(), allowed->children.end(), [&](const Json& t) {
      return t.text == type || (t.text == "number" && type == "integer");
    });
  }

  static bool speaks_of(const Json& schema, const std::string& type) {
    const auto has = [&](auto... keyword) { return ((schema.find(keyword) != nullptr) || ...); };
    if (type == "object")
      return has("properties", "required", "patternProperties", "minProperties", "maxProperties",
                 "dependencies");
    if (type == "array") return has("items", "minItems", "maxItems", "uniqueItems");
    if (type == "string") return has("minLength", "maxLength", "pattern", "format");
    return (type == "number" || type == "integer") && has("minimum", "maximum", "multipleOf");
  }

  // One that all allow, rather one that a keyword says something about.
  std::string type_for(const Schemas& all) {
    std::vector<std::string> allowed, spoken_of;
    for (const char* const type : {"object", "array", "string", "number", "integer", "boolean", "null"}) {
      if (!std::all_of(all.begin(), all.end(), [&](const Json* s) { return allows(*s, type); })) continue;
      allowed.emplace_back(type);
      if (std::any_of(all.begin(), all.end(), [&](const Json* s) { return speaks_of(*s, type); }))
        spoken_of.emplace_back(type);
    }
    if (!spoken_of.empty() && !random_.one_in(8)) return random_.pick(spoken_of);
    return allowed.empty() ? "null" : random_.pick(allowed);
  }

  static std::size_t least(const Schemas& all, const char* keyword) {
    std::size_t least = 0;
    for (const Json* const schema : all)
      if (const Json* const n = schema->find(keyword); n != nullptr)
        least = std::max(least, static_cast<std::size_t>(to_double(n->text)));
    return least;
  }
  static std::size_t most(const Schemas& all, const char* keyword, std::size_t otherwise) {
    std::size_t most = std::numeric_limits<std::size_t>::max();
    for (const Json* const schema : all)
      if (const Json* const n = schema->find(keyword); n != nullptr)
        most = std::min(most, static_cast<std::size_t>(to_double(n->text)));
    return most == std::numeric_limits<std::size_t>::max() ? otherwise : most;
  }

  // A size between two bounds, often on one of them; one beside them for a slip.
  std::size_t size_within(std::size_t low, std::size_t high) {
    if (slip()) return low != 0 && random_.one_in(2) ? low - 1 : high + 1;
    if (low >= high) return low;
    return random_.one_in(3) ? high : low + random_.below(high - low + 1);
  }

  static bool fits(double number, const Schemas& all) {
    for (const Json* const schema : all) {
      const Json* const low = schema->find("minimum");
      const Json* const high = schema->find("maximum");
      const Json* const divisor = schema->find("multipleOf");
      const auto exclusive = [&](const char* flag) {
        const Json* const value = schema->find(flag);
        return value != nullptr && value->text == "true";
      };
      if (low != nullptr && (number < to_double(low->text) ||
                             (number == to_double(low->text) && exclusive("exclusiveMinimum"))))
        return false;
      if (high != nullptr && (number > to_double(high->text) ||
                              (number == to_double(high->text) && exclusive("exclusiveMaximum"))))
        return false;
      if (divisor != nullptr && std::remainder(number, to_double(divisor->text)) != 0) return false;
    }
    return true;
  }

  std::string number(const Schemas& all, bool integer) {
    std::vector<std::string> candidates = {random_.number(), random_.integer(), "0"};
    for (const Json* const schema : all)
      for (const char* const keyword : {"minimum", "maximum", "multipleOf"})
        if (const Json* const bound = schema->find(keyword); bound != nullptr) {
          candidates.insert(candidates.end(), {bound->text, beside(bound->text, 1), beside(bound->text, -1)});
          if (random_.has(kFractions)) candidates.push_back(from_double(to_double(bound->text) * 1.5));
        }
    std::erase_if(candidates, [&](const std::string& text) {
      return (integer && !is_integer_text(text)) || (!random_.has(kFractions) && !is_integer_text(text)) ||
             !std::isfinite(to_double(text));
    });
    const bool outside = slip();
    const std::size_t first = random_.below(candidates.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const std::string& candidate = candidates[(first + i) % candidates.size()];
      if (fits(to_double(candidate), all) != outside) return in_some_form(candidate, integer);
    }
    return candidates[first];
  }

  // 5 is also 5.0, and 0.5e1; to draft-04 those are not integers.
  std::string in_some_form(const std::string& number, bool integer) {
    if (!random_.has(kFractions) || !is_integer_text(number) || !random_.one_in(integer ? 12 : 6))
      return number;
    return number + (random_.one_in(2) ? ".0" : "e0");
  }

  std::string string(const Schemas& all) {
    for (const Json* const schema : all)
      for (const char* const keyword : {"pattern", "format"}) {
        const Json* const rule = schema->find(keyword);
        if (rule == nullptr || slip()) continue;
        if (const std::string example = example_of(rule->text); !example.empty()) return example;
      }
    const std::size_t low = least(all, "minLength");
    const std::size_t size = size_within(low, most(all, "maxLength", low + 3));
    const bool ascii = !random_.has(kNonAscii) || random_.one_in(2);
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += ascii ? random_.pick(std::array{"a", "b", "x"}) : "é";
    return text;
  }

  // Of a pattern or format, found by drawing until it turns up; empty where it does not.
  std::string example_of(const std::string& rule) {
    for (int tries = 0; tries < 40; ++tries) {
      if (const PatternExample& p = random_.pattern(); p.pattern == rule) return random_.pick(p.matching);
      if (const FormatExample& f = random_.format(); f.format == rule) return random_.pick(f.valid);
    }
    return {};
  }

  Json array(const Schemas& all, unsigned depth) {
    const std::size_t low = least(all, "minItems");
    const std::size_t size = size_within(low, most(all, "maxItems", low + 3));
    const bool unique = std::any_of(all.begin(), all.end(), [](const Json* s) {
      const Json* const flag = s->find("uniqueItems");
      return flag != nullptr && flag->text == "true";
    });
    std::vector<Json> elements;
    for (std::size_t i = 0; i < size; ++i) {
      elements.push_back(value(schemas_of_element(all, i), depth - 1));
      const auto is_new = [&] {
        return std::find(elements.begin(), elements.end() - 1, elements.back()) == elements.end() - 1;
      };
      for (int tries = 0; unique && tries < 4 && !is_new(); ++tries)
        elements.back() = value(schemas_of_element(all, i), depth - 1);
    }
    if (unique && elements.size() > 1 && slip()) elements.back() = elements.front();
    return Json::array(std::move(elements));
  }

  static Schemas schemas_of_element(const Schemas& all, std::size_t i) {
    Schemas schemas;
    for (const Json* const schema : all) {
      const Json* element = schema->find("items");
      if (element != nullptr && element->is_array())
        element = i < element->children.size() ? &element->children[i] : schema->find("additionalItems");
      if (element != nullptr && element->is_object()) schemas.push_back(element);
    }
    return schemas;
  }

  Json object(const Schemas& all, unsigned depth) {
    Json object = Json::object();
    const auto add = [&](std::string_view name) {
      if (object.find(name) == nullptr)
        object.set(name, value(schemas_of_member(all, std::string(name)), depth - 1));
    };
    for (const Json* const schema : all) {
      if (const Json* const names = schema->find("required"); names != nullptr)
        for (const Json& name : names->children)
          if (!slip()) add(name.text);
      if (const Json* const declared = schema->find("properties"); declared != nullptr)
        for (const std::string& name : declared->keys)
          if (random_.one_in(2)) add(name);
    }
    for (const Json* const schema : all)
      if (const Json* const dependencies = schema->find("dependencies"); dependencies != nullptr)
        for (std::size_t i = 0; i < dependencies->keys.size(); ++i)
          if (object.find(dependencies->keys[i]) != nullptr && !slip())
            for (const Json& name : dependencies->children[i].children)
              if (dependencies->children[i].is_array()) add(name.text);
    const std::size_t low = least(all, "minProperties");
    const std::size_t high = most(all, "maxProperties", low + 4);
    const std::size_t size = random_.one_in(2) ? low : size_within(low, high);
    for (int tries = 0; tries < 8 && object.children.size() < size; ++tries) add(extra_name(all));
    while (object.children.size() > high && !slip()) object.erase(random_.below(object.children.size()));
    if (slip() || random_.one_in(4)) add(extra_name(all));
    return object;
  }

  // Of a member that need not be declared.
  std::string extra_name(const Schemas& all) {
    const Json* const schema = all[random_.below(all.size())];
    if (const Json* const patterns = schema->find("patternProperties"); patterns != nullptr)
      return example_of(random_.pick(patterns->keys));
    return std::string(random_.name());
  }

  static Schemas schemas_of_member(const Schemas& all, const std::string& name) {
    Schemas schemas;
    for (const Json* const schema : all) {
      bool declared = false;
      if (const Json* const properties = schema->find("properties"); properties != nullptr)
        if (const Json* const member = properties->find(name); member != nullptr) {
          schemas.push_back(member);
          declared = true;
        }
      if (const Json* const patterns = schema->find("patternProperties"); patterns != nullptr)
        for (std::size_t i = 0; i < patterns->keys.size(); ++i)
          if (matches(patterns->keys[i], name)) {
            schemas.push_back(&patterns->children[i]);
            declared = true;
          }
      const Json* const additional = schema->find("additionalProperties");
      if (!declared && additional != nullptr && additional->is_object()) schemas.push_back(additional);
    }
    return schemas;
  }

  void replace_something(Json& document) {
    Json* at = &document;
    while (!at->children.empty() && !random_.one_in(3))
      at = &at->children[random_.below(at->children.size())];
    if (!at->children.empty() && random_.one_in(2))
      at->erase(random_.below(at->children.size()));
    else
      *at = random_.value(1);
  }

  RandomJson& random_;
  const Json& root_;
  std::size_t slips_;
};

}  // namespace

Json random_document(RandomJson& random, const Json& schema) {
  return DocumentMaker(random, schema).make();
}

}  // namespace slipway::testing
