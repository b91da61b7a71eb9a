// Checking a valid document allocates nothing. Not a Catch2 test: it counts every allocation of its process.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "document/json_reader.hpp"
#include "schema/compile.hpp"

namespace {

std::atomic<long> allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

bool check(const char* what, std::string_view schema_text, std::string_view text, bool warm = false) {
  const auto compiled = slipway::schema::compile_text(schema_text, "s.yaml");
  slipway::document::Document document;
  if (!compiled.ok() || !slipway::document::read_json(text, document)) {
    std::printf("not ok - %s: does not compile\n", what);
    return false;
  }
  bool accepted = !warm || compiled.schema->accepts(document.root());
  const long before = allocations;
  for (int i = 0; i < 100; ++i) accepted = accepted && compiled.schema->accepts(document.root());
  const long made = allocations - before;
  const bool good = accepted && made == 0;
  std::printf("%s - %s: %ld allocations%s\n", good ? "ok" : "not ok", what, made,
              accepted ? "" : ", not accepted");
  return good;
}

}  // namespace

int main() {
  std::string numbers = "[0.5", texts = "[\"x\"";
  for (int i = 0; i < 2000; ++i) {
    numbers += "," + std::to_string(i);
    texts += ",\"" + std::to_string(i) + "\"";
  }
  numbers += "]";
  texts += "]";
  bool good = check(
      "every keyword about strings and numbers",
      "properties: {a: {type: string, minLength: 1, maxLength: 9, pattern: '^[a-z]+$', format: hostname}, "
      "b: {type: number, minimum: 0, maximum: 9, multipleOf: 0.25}, c: {enum: [x, y, 1, 2, 3, 4, 5, 6, 7, 8, "
      "9]}, "
      "d: {format: date-time}, e: {format: email}, f: {format: ipv6}, g: {format: uri}, h: {format: uuid}}",
      R"({"a":"abc","b":1.25,"c":"y","d":"2018-11-13T20:20:39Z","e":"a@b.c","f":"::1","g":"http://a/b","h":"123e4567-e89b-12d3-a456-426614174000"})");
  good &= check(
      "objects and combinations",
      "{required: [a], properties: {a: {anyOf: [{type: string}, {oneOf: [{type: integer}, {type: "
      "'null'}]}]}}, patternProperties: {^b: {}}, "
      "additionalProperties: false, dependencies: {a: [b], b: {minProperties: 2}}, not: {required: [c]}}",
      R"({"a":7,"b":{"x":[1,2,3]}})");
  good &= check("recursion",
                "{properties: {next: {$ref: '#'}, value: {type: integer}}, additionalProperties: false}",
                R"({"value":1,"next":{"value":2,"next":{"value":3,"next":{}}}})");
  good &= check("arrays of numbers", "items: {type: number, minimum: 0, maximum: 2000}", numbers);
  good &= check("few items that differ", "uniqueItems: true",
                "[1,2,3,\"x\",{\"a\":[1]},{\"a\":[2]},null,true,false,[1],[2]]");
  good &= check("many items that differ, after the first time", "uniqueItems: true", texts, true);
  good &= check("many numbers that differ, after the first time", "uniqueItems: true",
                numbers.substr(0, numbers.size() - 1) + ",0.25]", true);
  return good ? 0 : 1;
}
