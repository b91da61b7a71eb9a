// Mistakes that only the whole of a schema shows.
#include "schema/keyword_common.hpp"

namespace slipway::schema {
namespace {

class Checker {
 public:
  Checker(Compiler& compiler, NodeDraft& draft) : compiler_(compiler), draft_(draft) {}

  void check() {
    in_order("minLength", draft_.text.min_length, "maxLength", draft_.text.max_length);
    in_order("minItems", draft_.array.min_items, "maxItems", draft_.array.max_items);
    in_order("minProperties", draft_.object.min_properties, "maxProperties", draft_.object.max_properties);
    numbers();
    tuple();
    required();
    closed_object();
    enumeration();
    idle_keywords();
  }

 private:
  bool has(std::string_view keyword) const { return draft_.schema.find(keyword) != nullptr; }
  std::string value_of(std::string_view keyword) const {
    return show(document::Value(draft_.schema.find(keyword)));
  }
  void error(std::string_view keyword, std::string message) {
    compiler_.error(draft_, path_of(keyword), std::move(message));
  }
  void contradiction(std::string_view low, std::string_view high, std::string_view why) {
    error(low, quoted(low) + " " + value_of(low) + " and " + quoted(high) + " " + value_of(high) +
                   " contradict each other: " + std::string(why));
  }

  void in_order(std::string_view low_keyword, std::uint32_t low, std::string_view high_keyword,
                std::uint32_t high) {
    if (has(low_keyword) && has(high_keyword) && low > high)
      contradiction(low_keyword, high_keyword, "nothing can be both");
  }

  void numbers() {
    const NumberRules& rules = draft_.number;
    if (!rules.has_minimum || !rules.has_maximum) return;
    if (!rules.bounds.any_number()) {
      contradiction("minimum", "maximum", "no number is between them");
    } else if (draft_.node.integral_only && !rules.bounds.any_integer() && rules.bounds.low > -9e15 &&
               rules.bounds.high < 9e15) {
      contradiction("minimum", "maximum", "no integer is between them");
    }
  }

  void tuple() {
    const ArrayRules& rules = draft_.array;
    if (rules.rest_is_additional && rules.rest == kNever && rules.min_items > rules.tuple.count)
      error("minItems", "`minItems` " + std::to_string(rules.min_items) +
                            " contradicts `items`, which allows " + count_of(rules.tuple.count, "item") +
                            " with `additionalItems: false`");
  }

  bool is_declared(const Property& property) const {
    if (property.node != PropertyTable::kUndeclared) return true;
    const std::string_view name = draft_.object.properties.name(property);
    const Range patterns = draft_.object.patterns;
    for (std::uint32_t i = 0; i < patterns.count; ++i) {
      const PatternProperty& p = compiler_.program().pattern_properties[patterns.first + i];
      if (compiler_.program().patterns[p.pattern].matches(name)) return true;
    }
    return false;
  }

  void required() {
    const ObjectRules& rules = draft_.object;
    if (has("maxProperties") && rules.required > rules.max_properties)
      error("required", "`required` names " + count_of(rules.required, "member") +
                            ", but `maxProperties` allows " + std::to_string(rules.max_properties));
    if (rules.additional != kNever || rules.required == 0) return;
    const slw_value* const list = draft_.schema.find("required");
    const document::Value names(list);
    for (std::uint32_t i = 0; i < names.size(); ++i) {
      if (!names.element(i).is_string()) continue;
      const std::string_view name = names.element(i).text();
      const Property* const property = rules.properties.find(name);
      if (property == nullptr || is_declared(*property)) continue;
      NearestWord nearest(name);
      for (const Property& known : rules.properties)
        if (known.node != PropertyTable::kUndeclared) nearest.consider(rules.properties.name(known));
      compiler_.error(
          draft_, path_of("required", i),
          quoted(name) +
              " is required, but `additionalProperties: false` forbids it: it is not among `properties`" +
              nearest.suggestion());
    }
  }

  void closed_object() {
    const ObjectRules& rules = draft_.object;
    if (rules.additional != kNever || rules.patterns.count != 0 || !has("minProperties") ||
        has("patternProperties"))
      return;
    std::uint32_t declared = 0;
    for (const Property& property : rules.properties)
      declared += property.node != PropertyTable::kUndeclared ? 1 : 0;
    if (rules.min_properties > declared)
      error("minProperties", "`minProperties` " + std::to_string(rules.min_properties) +
                                 " contradicts `properties`, which allows " + count_of(declared, "member") +
                                 " with `additionalProperties: false`");
  }

  // A value of `enum` that `type` refuses is one that nobody can send.
  void enumeration() {
    if (draft_.logic.enumeration == kNone || !has("type")) return;
    const document::Value values(draft_.schema.find("enum"));
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      const document::Value value = values.element(i);
      const bool integral =
          !draft_.node.integral_only || value.kind() != document::Kind::float64 || value.is_integer();
      if ((draft_.node.kinds & kind_bit(value.get().kind)) == 0 || !integral)
        compiler_.error(draft_, path_of("enum", i),
                        "`type` does not allow this value of `enum`, " + show(value));
    }
  }

  // A keyword about numbers in a schema for strings says nothing: most likely not what was meant.
  void idle_keywords() {
    if (!has("type")) return;
    for (std::uint32_t i = 0; i < draft_.schema.size(); ++i) {
      const Keyword* const keyword = compiler_.dialect().find(draft_.schema.key(i));
      if (keyword == nullptr || keyword->kinds.empty() || (draft_.node.kinds & kinds_of(keyword->kinds)) != 0)
        continue;
      compiler_.warn(draft_, path_of(keyword->name),
                     quoted(keyword->name) + " is about " + plural(keyword->kinds) +
                         ", which `type` does not allow: it has no effect");
    }
  }

  static std::uint16_t kinds_of(std::string_view type) {
    if (type == "string") return kind_bit(SLW_STRING);
    if (type == "number") return kNumberKinds;
    return type == "array" ? kind_bit(SLW_ARRAY) : kind_bit(SLW_OBJECT);
  }
  static std::string plural(std::string_view type) { return std::string(type) + "s"; }

  Compiler& compiler_;
  NodeDraft& draft_;
};

}  // namespace

void check_contradictions(Compiler& compiler, NodeDraft& draft) {
  Checker(compiler, draft).check();
}

}  // namespace slipway::schema
