// One schema, many threads: nothing may be shared but what is never written.
#include "support.hpp"

#include <atomic>
#include <thread>

namespace slipway::schema {

TEST_CASE("64 threads check documents against one schema", "[schema]") {
  const auto schema = schema_of(
      "{properties: {a: {pattern: '^[a-z]+@[a-z]+$'}, b: {pattern: '^\\p{L}+$'}, c: {uniqueItems: true, "
      "items: {maximum: 500}}, "
      "d: {anyOf: [{$ref: '#'}, {type: string, format: date}]}, e: {enum: [1, 2, 3, 4, 5, 6, 7, 8, 9, x]}}}");
  std::string items;
  for (int i = 0; i < 300; ++i) items += (i == 0 ? "" : ",") + std::to_string(i);
  const auto good = json("{\"a\":\"x@y\",\"b\":\"éa\",\"c\":[" + items +
                         "],\"d\":{\"a\":\"q@r\",\"d\":\"2018-11-13\"},\"e\":\"x\"}");
  const auto bad = json("{\"a\":\"x@y\",\"b\":\"é1\",\"c\":[" + items + ",7]}");
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 64; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (!schema->accepts(good.root())) ++wrong;
        if (schema->accepts(bad.root())) ++wrong;
        if (schema->explain(bad.root()).size() != 2) ++wrong;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

}  // namespace slipway::schema
