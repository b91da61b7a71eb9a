// Reading, checking and writing documents like those before allocates nothing. Not a Catch2 test: it counts
// every allocation of its process. (The linker sends what malloc and its kin are asked for to the functions
// below.)
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "sample_documents.hpp"
#include "schema/compile.hpp"

namespace {

std::atomic<long> allocations = 0;

}  // namespace

extern "C" {
void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void* __real_aligned_alloc(std::size_t alignment, std::size_t size);

void* __wrap_malloc(std::size_t size) {
  ++allocations;
  return __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __real_calloc(count, size);
}
void* __wrap_realloc(void* memory, std::size_t size) {
  ++allocations;
  return __real_realloc(memory, size);
}
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __real_aligned_alloc(alignment, size);
}
}

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new[](std::size_t size) {
  return operator new(size);
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

bool report(const char* what, bool accepted, long made) {
  const bool good = accepted && made == 0;
  std::printf("%s - %s: %ld allocations%s\n", good ? "ok" : "not ok", what, made,
              accepted ? "" : ", not accepted");
  return good;
}

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
  return report(what, accepted, made);
}

// From text to text, as a server does it with one reader, one document and two buffers.
bool check_whole(const slipway::testing::Sample& sample) {
  const auto compiled = slipway::schema::compile_text(sample.schema, sample.name);
  if (!compiled.ok()) return report(sample.name.c_str(), false, 0);
  slipway::document::JsonReader reader;
  slipway::document::Document document;
  slipway::PaddedBuffer in, out;
  const auto serve = [&] {
    in.clear();
    in.append(sample.text);
    out.clear();
    if (!reader.read(in, document) || !compiled.schema->accepts(document.root())) return false;
    slipway::document::write_json(document.root(), out);
    return true;
  };
  bool accepted = serve();
  const long before = allocations;
  for (int i = 0; i < 10; ++i) accepted = accepted && serve();
  return report(("reading, checking and writing: " + sample.name).c_str(), accepted, allocations - before);
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
  for (const auto& sample : slipway::testing::sample_documents(SLIPWAY_PLUGINS)) good &= check_whole(sample);
  return good ? 0 : 1;
}
