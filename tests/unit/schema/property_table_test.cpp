#include <catch2/catch.hpp>

#include <string>

#include "document/json_reader.hpp"
#include "schema/property_table.hpp"

namespace slipway::schema {

TEST_CASE("a property table finds each name and no other", "[schema]") {
  for (const unsigned count : {0u, 1u, 2u, 7u, 100u, 5000u}) {
    PropertyTable table;
    std::string text = "{";
    for (unsigned i = 0; i < count; ++i) {
      std::string name(i % 23, 'x');
      name += std::to_string(i);
      table.add(name).node = i;
      text += "\"" + name + "\":0,";
    }
    table.seal();
    text += "\"other\":0,\"\":0,\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\":0}";
    CHECK(table.size() == count);
    document::Document document;
    REQUIRE(document::read_json(text, document));
    for (unsigned i = 0; i < document.root().size(); ++i) {
      const slw_value* const key = slw_member(document.root().node(), i);
      const Property* const found = table.find(key);
      CHECK((found != nullptr) == (i < count));
      CHECK(table.find(document.root().key(i)) == found);
      if (found == nullptr) continue;
      CHECK(found->node == i);
      CHECK(table.name(*found) == document.root().key(i));
      for (const Property* expected : {table.begin(), table.begin() + i, table.end()})
        CHECK(table.find(key, expected) == found);
    }
  }
}

TEST_CASE("names that differ in one byte only are told apart", "[schema]") {
  PropertyTable table;
  for (unsigned size = 1; size < 40; ++size)
    for (unsigned at = 0; at < size; ++at) {
      std::string name(size, 'a');
      name[at] = 'b';
      table.add(name);
    }
  table.seal();
  for (unsigned size = 1; size < 40; ++size) {
    CHECK(table.find(std::string_view(std::string(size, 'a'))) == nullptr);
    for (unsigned at = 0; at < size; ++at) {
      std::string name(size, 'a');
      name[at] = 'b';
      const Property* const found = table.find(std::string_view(name));
      REQUIRE(found != nullptr);
      CHECK(table.name(*found) == name);
    }
  }
}

}  // namespace slipway::schema
