#include "document/builder.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"

using namespace slipway;
using namespace slipway::document;

namespace {

Document parse(std::string_view json) {
  Document document;
  const Status read = read_json(json, document);
  REQUIRE(read.ok());
  return document;
}

}  // namespace

TEST_CASE("a document can be moved to another address and read there") {
  const Document document =
      parse(R"({"name":"é","list":[1,"two",{"three":[3.5,4]}],"big":[1.5,2.5,3.5,4.5,5.5,6.5,7.5,8.5,9.5]})");
  const auto bytes = document.bytes();
  const auto address = reinterpret_cast<std::uintptr_t>(bytes.data()) % 64;
  auto* const block =
      static_cast<std::byte*>(std::aligned_alloc(64, (bytes.size() + address + 63) / 64 * 64));
  std::memcpy(block + address, bytes.data(), bytes.size());
  const Value moved(reinterpret_cast<const slw_value*>(block + address));
  CHECK(to_json(moved) == to_json(document.root()));
  const double* const data = Value(moved.find("big")).doubles().data();
  CHECK(reinterpret_cast<std::uintptr_t>(data) % 64 == 0);
  std::free(block);
}

TEST_CASE("every reference points forward and inside the block") {
  const Document document = parse(R"([{"a":"text","b":[1,2,3]},[true,[null,"x"]],"tail"])");
  const auto bytes = document.bytes();
  const auto* const end = bytes.data() + bytes.size();
  const std::function<void(const slw_value*)> walk = [&](const slw_value* node) {
    if (node->kind < SLW_STRING || node->count == 0) return;
    const auto* const payload = static_cast<const std::byte*>(slw_payload(node));
    CHECK(payload > reinterpret_cast<const std::byte*>(node));
    CHECK(payload < end);
    const std::uint32_t children =
        node->kind == SLW_OBJECT ? 2 * node->count : (node->kind == SLW_ARRAY ? node->count : 0);
    for (std::uint32_t i = 0; i < children; ++i) walk(static_cast<const slw_value*>(slw_payload(node)) + i);
  };
  walk(document.root().node());
}

TEST_CASE("members are found in narrow and in wide objects") {
  for (const int members : {0, 1, 16, 17, 1000}) {
    std::string json = "{";
    for (int i = 0; i < members; ++i)
      json += (i == 0 ? "\"key" : ",\"key") + std::to_string(i) + "\":" + std::to_string(i);
    const Document document = parse(json + "}");
    CHECK(document.root().size() == static_cast<std::uint32_t>(members));
    for (int i = 0; i < members; ++i) {
      const slw_value* const found = document.root().find("key" + std::to_string(i));
      REQUIRE(found != nullptr);
      CHECK(found->as.i64 == i);
    }
    CHECK(document.root().find("key") == nullptr);
    CHECK(document.root().find("key" + std::to_string(members)) == nullptr);
  }
}

TEST_CASE("keys whose hashes collide are told apart and found") {
  // The hash looks at both ends of a long key: these differ in the middle only.
  std::string json = "{";
  for (int i = 0; i < 100; ++i)
    json += std::string(i == 0 ? "" : ",") + "\"beginning-" + std::to_string(1000 + i) +
            "-the-end-of-it\":" + std::to_string(i);
  const Document document = parse(json + "}");
  for (int i = 0; i < 100; ++i) {
    const slw_value* const found =
        document.root().find("beginning-" + std::to_string(1000 + i) + "-the-end-of-it");
    REQUIRE(found != nullptr);
    CHECK(found->as.i64 == i);
  }
  Document twice;
  json += ",\"beginning-1050-the-end-of-it\":0}";
  const Status refused = read_json(json, twice);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().pointer == "/beginning-1050-the-end-of-it");
  CHECK(twice.empty());
}

TEST_CASE("arrays of numbers are packed and no number changes") {
  const auto kind_of = [](std::string_view json) {
    const Document document = parse(json);
    const slw_value& node = document.root().get();
    if (node.kind != SLW_TENSOR) return std::string("nodes");
    return std::string(node.detail == SLW_I64 ? "int64" : (node.detail == SLW_F64 ? "float64" : "mixed"));
  };
  CHECK(kind_of("[1,2,3]") == "int64");
  CHECK(kind_of("[1.5,2.5]") == "float64");
  CHECK(kind_of("[1.5,0,2.5]") == "mixed");
  CHECK(kind_of("[0,1.5]") == "mixed");
  CHECK(kind_of("[-0]") == "mixed");
  CHECK(kind_of("[9007199254740992,0.5]") == "mixed");
  CHECK(kind_of("[9007199254740993,0.5]") == "nodes");
  CHECK(kind_of("[0.5,-9007199254740993]") == "nodes");
  CHECK(kind_of("[18446744073709551615,1]") == "nodes");
  CHECK(kind_of("[1,null]") == "nodes");
  CHECK(kind_of("[]") == "nodes");
}

TEST_CASE("a reader that walks elements sees no difference between packed and not") {
  // The same numbers, packed by the scanner, packed by the builder, and kept apart by a null.
  const std::string_view numbers = "-0,0,7,-7,1.5,9007199254740992,-0.0,100,2.0,1e3,12,13,14,15,16,17,18";
  const Document packed = parse("[" + std::string(numbers) + "]");
  const Document loose = parse("[" + std::string(numbers) + ",null]");
  Document built;
  Builder builder;
  builder.start(built);
  builder.begin_array();
  for (std::uint32_t i = 0; i + 1 < loose.root().size(); ++i) builder.number(loose.root().element(i).get());
  builder.end_array();
  REQUIRE(builder.finish().ok());
  for (const Document* const document : {&packed, static_cast<const Document*>(&built)}) {
    const Value array = document->root();
    REQUIRE(array.is_tensor());
    REQUIRE(array.size() + 1 == loose.root().size());
    for (std::uint32_t i = 0; i < array.size(); ++i) {
      CAPTURE(i);
      const slw_value expected = loose.root().element(i).get();
      const slw_value seen = array.element(i).get();
      CHECK(seen.kind == expected.kind);
      CHECK(seen.detail == expected.detail);
      CHECK(seen.as.u64 == expected.as.u64);
    }
  }
}

TEST_CASE("tensors of any rank and type are taken and written") {
  Document document;
  Builder builder;
  builder.start(document);
  const float data[] = {0.1f, 2.0f, -3.5f, 4.0f, 5.0f, 6.0f};
  const std::uint64_t shape[] = {2, 3};
  REQUIRE(builder.tensor(SLW_F32, shape, data));
  REQUIRE(builder.finish().ok());
  CHECK(to_json(document.root()) == "[[0.1,2.0,-3.5],[4.0,5.0,6.0]]");
  const float nan[] = {0, std::numeric_limits<float>::quiet_NaN(), 0, 0, 0, 0};
  builder.start(document);
  CHECK_FALSE(builder.tensor(SLW_F32, shape, nan));
  CHECK_FALSE(builder.finish().ok());
  const std::uint64_t huge[] = {1u << 20, 1u << 20, 1u << 20};
  builder.start(document);
  CHECK_FALSE(builder.tensor(SLW_F64, huge, nullptr));
}

TEST_CASE("misuse is refused with words and leaves no document") {
  using Use = std::function<void(Builder&)>;
  const std::pair<Use, std::string> uses[] = {
      {[](Builder&) {}, "no value was written"},
      {[](Builder& b) {
         b.null();
         b.null();
       },
       "a second value after the first one"},
      {[](Builder& b) {
         b.begin_object();
         b.null();
       },
       "a value in an object without a key before it"},
      {[](Builder& b) { b.key("a"); }, "a key where none belongs"},
      {[](Builder& b) {
         b.begin_array();
         b.key("a");
       },
       "a key where none belongs"},
      {[](Builder& b) {
         b.begin_object();
         b.key("a");
         b.key("b");
       },
       "a key where none belongs"},
      {[](Builder& b) {
         b.begin_object();
         b.key("a");
         b.end_object();
       },
       "an object ends between a key and its value"},
      {[](Builder& b) { b.end_array(); }, "an array ends that was not begun"},
      {[](Builder& b) {
         b.begin_array();
         b.end_object();
       },
       "an object ends that was not begun"},
      {[](Builder& b) { b.begin_array(); }, "an array was not ended"},
      {[](Builder& b) { b.begin_object(); }, "an object was not ended"},
      {[](Builder& b) { b.float64(std::numeric_limits<double>::infinity()); },
       "an infinite number cannot be written as JSON"},
      {[](Builder& b) { b.float64(std::nan("")); }, "NaN cannot be written as JSON"},
      {[](Builder& b) { b.string("\xFF"); }, "a string is not valid UTF-8"},
  };
  for (const auto& [use, words] : uses) {
    Document document;
    Builder builder;
    builder.start(document);
    use(builder);
    CHECK_FALSE((builder.failed() && builder.null()));
    const Status finished = builder.finish();
    REQUIRE_FALSE(finished.ok());
    CHECK(finished.error().message == words);
    CHECK(document.empty());
  }
}

TEST_CASE("an error carries the pointer of the value at fault") {
  Document document;
  Builder builder;
  builder.start(document);
  builder.begin_object();
  builder.key("a/b");
  builder.begin_array();
  builder.int64(1);
  builder.begin_object();
  builder.key("x~y");
  CHECK(builder.pointer() == "/a~1b/1/x~0y");
  CHECK_FALSE(builder.float64(std::nan("")));
  const Status finished = builder.finish();
  REQUIRE_FALSE(finished.ok());
  CHECK(finished.error().pointer == "/a~1b/1/x~0y");
}

TEST_CASE("building again in the same memory allocates no more of it") {
  Document document;
  JsonReader reader;
  PaddedBuffer text;
  std::size_t capacity = 0;
  for (int i = 0; i < 3; ++i) {
    text.clear();
    text.append(R"({"a":[1,2,3],"b":{"c":"text","d":[1.5,2,"x"]}})");
    REQUIRE(reader.read(text, document).ok());
    if (i > 0) CHECK(document.capacity() == capacity);
    capacity = document.capacity();
  }
}
