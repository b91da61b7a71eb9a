// Tensors of a plugin against schemas: each must be judged as the nested arrays that a client will see.
#include "support.hpp"

#include <array>

#include "document/builder.hpp"

namespace slipway::schema {
namespace {

template <class Element>
document::Document tensor(slw_type type, std::vector<std::uint64_t> shape, const std::vector<Element>& data) {
  document::Document made;
  document::Builder builder;
  builder.start(made);
  REQUIRE(builder.tensor(type, shape, data.data()));
  REQUIRE(builder.finish());
  return made;
}

bool judge(std::string_view schema_text, const document::Document& value) {
  const auto schema = schema_of(schema_text);
  const bool accepted = schema->accepts(value.root());
  CHECK(schema->explain(value.root()).empty() == accepted);
  return accepted;
}

}  // namespace

TEST_CASE("a matrix is an array of arrays", "[schema]") {
  const auto matrix = tensor<double>(SLW_F64, {2, 3}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6});
  CHECK(
      judge("{type: array, minItems: 2, maxItems: 2, items: {type: array, minItems: 3, maxItems: 3, items: "
            "{type: number, maximum: 0.6}}}",
            matrix));
  CHECK_FALSE(judge("items: {items: {maximum: 0.5}}", matrix));
  CHECK_FALSE(judge("items: {maxItems: 2}", matrix));
  CHECK_FALSE(judge("items: {type: number}", matrix));
  CHECK_FALSE(judge("items: {items: {type: integer}}", matrix));
  CHECK_FALSE(judge("items: [{}, {items: {maximum: 0.5}}]", matrix));
  CHECK(judge("items: [{items: {maximum: 0.3}}]", matrix));
  CHECK_FALSE(judge("maxItems: 1", matrix));
  CHECK_FALSE(judge("type: object", matrix));
  CHECK(judge("enum: [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]]", matrix));
  CHECK_FALSE(judge("enum: [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.7]], [1]]", matrix));
  CHECK(judge("items: {enum: [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]}", matrix));
  CHECK_FALSE(judge("items: {enum: [[0.1, 0.2, 0.3]]}", matrix));
  CHECK(judge("items: {anyOf: [{items: {maximum: 0.3}}, {items: {minimum: 0.4}}]}", matrix));
  CHECK_FALSE(judge("items: {not: {items: {minimum: 0.4}}}", matrix));
  const auto schema = schema_of("items: {items: {maximum: 0.5}}");
  const auto violations = schema->explain(matrix.root());
  REQUIRE(violations.size() == 1);
  CHECK(violations[0].pointer == "/1/2");
  CHECK(violations[0].message == "must be at most 0.5, but is 0.6");
}

TEST_CASE("rows of a tensor are unique or not", "[schema]") {
  CHECK(judge("uniqueItems: true", tensor<std::int64_t>(SLW_I64, {2, 2}, {1, 2, 2, 1})));
  CHECK_FALSE(judge("uniqueItems: true", tensor<std::int64_t>(SLW_I64, {2, 2}, {1, 2, 1, 2})));
  std::vector<std::int32_t> many(2000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int32_t>(i / 2);
  CHECK_FALSE(judge("uniqueItems: true", tensor<std::int32_t>(SLW_I32, {2000}, many)));
  many.resize(1000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<std::int32_t>(i);
  CHECK(judge("uniqueItems: true", tensor<std::int32_t>(SLW_I32, {500, 2}, many)));
  many[999] = 1;
  many[998] = 0;
  CHECK_FALSE(judge("uniqueItems: true", tensor<std::int32_t>(SLW_I32, {500, 2}, many)));
}

TEST_CASE("every element type against kinds and bounds", "[schema]") {
  const auto each = [](auto element, slw_type type) {
    using Element = decltype(element);
    const auto numbers = tensor<Element>(type, {3}, {Element{1}, Element{2}, Element{3}});
    INFO(int(type));
    const bool integers = type != SLW_F32 && type != SLW_F64;
    CHECK(judge("items: {type: number, minimum: 1, maximum: 3}", numbers));
    CHECK_FALSE(judge("items: {maximum: 2}", numbers));
    CHECK_FALSE(judge("items: {minimum: 2}", numbers));
    CHECK_FALSE(judge("items: {type: string}", numbers));
    CHECK(judge("items: {type: integer}", numbers) == integers);
    CHECK_FALSE(judge("items: {multipleOf: 2}", numbers));
    CHECK(judge("items: {enum: [1, 2, 3]}", numbers));
  };
  each(std::int8_t{}, SLW_I8);
  each(std::int16_t{}, SLW_I16);
  each(std::int32_t{}, SLW_I32);
  each(std::int64_t{}, SLW_I64);
  each(std::uint8_t{}, SLW_U8);
  each(std::uint16_t{}, SLW_U16);
  each(std::uint32_t{}, SLW_U32);
  each(std::uint64_t{}, SLW_U64);
  each(float{}, SLW_F32);
  each(double{}, SLW_F64);
  const auto flags = tensor<std::uint8_t>(SLW_BOOL, {2}, {0, 1});
  CHECK(judge("items: {type: boolean}", flags));
  CHECK_FALSE(judge("items: {type: integer}", flags));
  CHECK_FALSE(judge("items: {enum: [true]}", flags));
  const auto large = tensor<std::uint64_t>(SLW_U64, {2}, {1, ~std::uint64_t{0}});
  CHECK(judge("items: {type: integer, maximum: 18446744073709551615}", large));
  CHECK_FALSE(judge("items: {maximum: 18446744073709551614}", large));
  CHECK(judge("{minItems: 0, items: {type: string}}", tensor<double>(SLW_F64, {0}, {})));
  CHECK(judge("items: {type: array, maxItems: 0}", tensor<double>(SLW_F64, {3, 0}, {})));
}

TEST_CASE("bytes are the string they are written as", "[schema]") {
  document::Document bytes;
  document::Builder builder;
  builder.start(bytes);
  REQUIRE(builder.bytes("abcd"));
  REQUIRE(builder.finish());
  CHECK(judge("{type: string, minLength: 8, maxLength: 8}", bytes));
  CHECK_FALSE(judge("{type: string, maxLength: 7}", bytes));
  CHECK_FALSE(judge("{pattern: a}", bytes));
  CHECK_FALSE(judge("{format: uuid}", bytes));
  CHECK_FALSE(judge("{type: integer}", bytes));
}

}  // namespace slipway::schema
