#include "authoring/bind_names.hpp"

#include <catch2/catch.hpp>

using namespace slipway::authoring;

using Names = std::vector<std::string>;

TEST_CASE("an identifier stays as it is") {
  for (const char* const name : {"age", "declaredLocation", "mean_radius", "a1", "X", "Total", "a_"})
    CHECK(identifier(name) == name);
}

TEST_CASE("what is no identifier becomes one") {
  CHECK(identifier("first-name") == "first_name");
  CHECK(identifier("a.b c") == "a_b_c");
  CHECK(identifier("--a--b--") == "a_b");
  CHECK(identifier("_id") == "id");
  CHECK(identifier("__proto__") == "proto");
  CHECK(identifier("a__b") == "a_b");
  CHECK(identifier("2d") == "x2d");
  CHECK(identifier("") == "x");
  CHECK(identifier("?!") == "x");
  CHECK(identifier("größe") == "gr_u00f6_u00df_e");
  CHECK(identifier("年") == "u5e74");
  CHECK(identifier("😀") == "u1f600");
}

TEST_CASE("keywords, macros and names in capitals get a _") {
  for (const char* const name : {"class", "co_await", "char8_t", "xor", "requires", "std", "slipway", "linux",
                                 "major", "minor", "errno", "I", "EOF", "NULL", "BMI", "M_PI"})
    CHECK(identifier(name) == std::string(name) + "_");
  CHECK(identifier("-class-") == "class_");
}

TEST_CASE("a type is its words with capitals") {
  CHECK(type_name("declaredLocation") == "DeclaredLocation");
  CHECK(type_name("named place") == "NamedPlace");
  CHECK(type_name("breast-cancer request") == "BreastCancerRequest");
  CHECK(type_name("class") == "Class");
  CHECK(type_name("BMI") == "BMI_");
  CHECK(type_name("3d point") == "X3dPoint");
  CHECK(type_name("") == "X");
}

TEST_CASE("names of one scope differ, and identifiers keep theirs wherever they stand") {
  CHECK(identifiers({"a-b", "a_b", "a.b", "a b"}) == Names{"a_b_2", "a_b", "a_b_3", "a_b_4"});
  CHECK(identifiers({"class", "class_"}) == Names{"class_2", "class_"});
  CHECK(identifiers({"a", "b"}, {"b"}) == Names{"a", "b_"});
  CHECK(identifiers({"b", "b_"}, {"b"}) == Names{"b_2", "b_"});
  CHECK(identifiers({"a-b", "a_b", "a_b_2"}) == Names{"a_b_3", "a_b", "a_b_2"});
  CHECK(identifiers({}).empty());
}

TEST_CASE("a literal is the text for a compiler") {
  CHECK(literal("plain") == R"("plain")");
  CHECK(literal("a\"b\\c") == R"("a\"b\\c")");
  CHECK(literal("line\nend") == R"("line\012end")");
  CHECK(literal(std::string_view("\0"
                                 "1",
                                 2)) == R"("\0001")");
  CHECK(literal("é") == "\"é\"");
  CHECK(literal("a\xE2\x80\xAE"
                "b") == R"("a\342\200\256b")");
}

TEST_CASE("marks that turn the direction of writing are found where a character begins") {
  CHECK(begins_with_bidirectional("\xD8\x9C"));       // U+061C
  CHECK(begins_with_bidirectional("\xE2\x81\xA6x"));  // U+2066
  CHECK_FALSE(begins_with_bidirectional(""));
  CHECK_FALSE(begins_with_bidirectional("a"));
  CHECK_FALSE(begins_with_bidirectional("\xC3\xA9"));
  CHECK_FALSE(begins_with_bidirectional("\x98\x9C"));  // the end of another character
}
