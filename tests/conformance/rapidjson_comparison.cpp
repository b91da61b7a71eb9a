// Compares host/schema with RapidJSON's own validator on generated schemas and documents. They must agree on
// every pair; one where they do not is printed with its seed.
//
//   rapidjson_comparison [SEED]      all seeds, or one
//
// What Debian's RapidJSON 1.1.0 is known to get wrong is left out, and counted:
//   - `patternProperties`: it aborts on an assertion where a name that only a pattern matches has a value
//   - `format`: it checks none
//   - `pattern`: what its regular expressions cannot say is no constraint; the generator's patterns it can
//   all say
//   - `$ref` in a circle that never goes into a member or an item: its stack overflows (the generator makes
//   none)
//   - remote references, `id`: never resolved (the generator makes none)
//   - and the predicates in known_bad below
#include <rapidjson/document.h>
#include <rapidjson/schema.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "document/json_reader.hpp"
#include "schema/compile.hpp"
#include "schema_generator.hpp"

namespace {

using slipway::testing::Json;

constexpr std::uint64_t kSchemas = 60'000;
constexpr int kDocuments = 10;  // for each
constexpr std::uint64_t kLeastPairs = 100'000;
constexpr std::uint64_t kMostReports = 10;

constexpr std::uint32_t kFeatures =
    slipway::testing::kEveryFeature & ~(slipway::testing::kPatternProperties | slipway::testing::kFormat);

rapidjson::Document parse(const std::string& text) {
  rapidjson::Document document;
  std::string padded = text;  // its vector instructions read beyond the end
  padded.append(32, '\0');
  document.Parse<rapidjson::kParseFullPrecisionFlag>(padded.c_str());
  return document;
}

namespace known_bad {

template <class Predicate>
bool anywhere(const Json& value, Predicate is) {
  return is(value) || std::any_of(value.children.begin(), value.children.end(),
                                  [&](const Json& c) { return anywhere(c, is); });
}

// A name in `required` or `dependencies` counts as one of `properties`: additionalProperties says nothing of
// it.
bool undeclared_name(const Json& schema) {
  if (schema.find("additionalProperties") == nullptr) return false;
  const Json* const properties = schema.find("properties");
  const auto undeclared = [&](const std::string& name) {
    return properties == nullptr || properties->find(name) == nullptr;
  };
  const auto among = [&](const Json& names) {
    return std::any_of(names.children.begin(), names.children.end(),
                       [&](const Json& n) { return undeclared(n.text); });
  };
  if (const Json* const required = schema.find("required"); required != nullptr && among(*required))
    return true;
  const Json* const dependencies = schema.find("dependencies");
  if (dependencies == nullptr) return false;
  for (std::size_t i = 0; i < dependencies->keys.size(); ++i)
    if (undeclared(dependencies->keys[i]) ||
        (dependencies->children[i].is_array() && among(dependencies->children[i])))
      return true;
  return false;
}

// An integer beyond 64 bits is a double, so that `type` does not take it for an integer and bounds near it
// are compared inexactly.
bool huge_number(const Json& value) {
  if (!value.is_number()) return false;
  const rapidjson::Document number = parse(value.text);
  return number.IsDouble() && std::abs(number.GetDouble()) >= 0x1p53;
}

// 0.3 is no multiple of 0.1 in binary, and every large number is one of 1e2.
bool inexact_divisor(const Json& schema) {
  const Json* const divisor = schema.find("multipleOf");
  return divisor != nullptr && parse(divisor->text).IsDouble();
}

// `enum` and `uniqueItems` compare hashes that are easily equal. In an object's, a member that is its own
// name
// ({"a": "a"}) cancels out, and {"a": "b"} equals {"b": "a"}.
bool has_string_member(const Json& value) {
  return value.is_object() && std::any_of(value.children.begin(), value.children.end(),
                                          [](const Json& c) { return c.is_string(); });
}
bool compares(const Json& schema) {
  return schema.find("enum") != nullptr || schema.find("uniqueItems") != nullptr;
}
bool compares_string_members(const Json& schema) {
  const Json* const values = schema.find("enum");
  return values != nullptr && anywhere(*values, has_string_member);
}

// Likewise of arrays of nothing but arrays: [[], [[1]]] and [[[1]], [[], [[]]]], for one.
bool is_array_of_arrays(const Json& value) {
  return value.is_array() && std::any_of(value.children.begin(), value.children.end(),
                                         [](const Json& c) { return c.is_array(); });
}

bool schema(const Json& schema) {
  return anywhere(schema, [](const Json& s) {
    return undeclared_name(s) || huge_number(s) || inexact_divisor(s) || compares_string_members(s);
  });
}
bool document(const Json& document, bool is_compared) {
  return anywhere(document, [&](const Json& v) {
    return huge_number(v) || (is_compared && (has_string_member(v) || is_array_of_arrays(v)));
  });
}

}  // namespace known_bad

class Comparison {
 public:
  void run(std::uint64_t seed) {
    slipway::testing::RandomJson random(seed, kFeatures);
    const Json schema = slipway::testing::random_schema(random);
    if (known_bad::schema(schema)) {
      ++left_out_schemas_;
      return;
    }
    slipway::schema::CompileOptions options;
    options.strict = false;
    const std::string text = schema.to_text();
    const auto ours = slipway::schema::compile_text(text, "schema.json", options);
    if (!ours.ok()) return report(seed, text, ours.errors[0].text());
    const rapidjson::Document parsed = parse(text);
    const rapidjson::SchemaDocument theirs(parsed);
    rapidjson::SchemaValidator validator(theirs);
    const bool is_compared = known_bad::anywhere(schema, known_bad::compares);
    for (int i = 0; i < kDocuments; ++i) {
      const Json document = slipway::testing::random_document(random, schema);
      if (known_bad::document(document, is_compared))
        ++left_out_documents_;
      else
        compare(seed, text, *ours.schema, validator, document.to_text());
    }
  }

  bool good(bool whole) const {
    const std::uint64_t pairs = valid_ + invalid_;
    std::printf(
        "%llu pairs compared: %llu valid, %llu invalid, %llu disagreements; left out: %llu schemas, %llu "
        "documents\n",
        number(pairs), number(valid_), number(invalid_), number(disagreements_), number(left_out_schemas_),
        number(left_out_documents_));
    if (disagreements_ != 0) return false;
    if (!whole || (pairs >= kLeastPairs && 10 * std::min(valid_, invalid_) >= pairs)) return true;
    std::printf("FAIL: fewer than %llu pairs, or fewer than a tenth of them for one of the verdicts\n",
                number(kLeastPairs));
    return false;
  }

 private:
  static unsigned long long number(std::uint64_t n) { return n; }

  void compare(std::uint64_t seed, const std::string& schema_text, const slipway::schema::Schema& ours,
               rapidjson::SchemaValidator& theirs, const std::string& text) {
    slipway::document::Document document;
    if (const auto read = slipway::document::read_json(text, document); !read)
      return report(seed, schema_text + "\n  " + text, read.error().message);
    const bool accepted = ours.accepts(document.root());
    theirs.Reset();
    const bool accepted_by_theirs = parse(text).Accept(theirs);
    ++(accepted ? valid_ : invalid_);
    if (ours.explain(document.root()).empty() != accepted)
      report(seed, schema_text + "\n  " + text, "the explanation contradicts the verdict");
    if (accepted != accepted_by_theirs)
      report(seed, schema_text + "\n  " + text,
             accepted ? "only RapidJSON refuses it" : "only RapidJSON accepts it");
  }

  void report(std::uint64_t seed, const std::string& pair, const std::string& what) {
    if (++disagreements_ <= kMostReports)
      std::printf("FAIL seed %llu: %s\n  %s\n", number(seed), what.c_str(), pair.c_str());
  }

  std::uint64_t valid_ = 0;
  std::uint64_t invalid_ = 0;
  std::uint64_t disagreements_ = 0;
  std::uint64_t left_out_schemas_ = 0;
  std::uint64_t left_out_documents_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Comparison comparison;
  if (argc > 1) {
    comparison.run(std::strtoull(argv[1], nullptr, 10));
    return comparison.good(false) ? 0 : 1;
  }
  for (std::uint64_t seed = 0; seed < kSchemas; ++seed) comparison.run(seed);
  return comparison.good(true) ? 0 : 1;
}
