#include "document/verify.hpp"

#include <slipway/value.h>

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <random>

#include "document/builder.hpp"
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

// A copy of a document's bytes that a test may damage, at an address that is as good as the original's.
class Block {
 public:
  explicit Block(const Document& document) : size_(document.bytes().size()) {
    const std::size_t capacity = (size_ + 63) / 64 * 64;
    memory_.reset(static_cast<std::byte*>(std::aligned_alloc(64, capacity)));
    begin_ = memory_.get() + capacity - size_;
    std::memcpy(begin_, document.bytes().data(), size_);
  }

  std::span<std::byte> bytes() const { return {begin_, size_}; }
  slw_value& root() const { return *reinterpret_cast<slw_value*>(begin_); }
  static slw_value& child(slw_value& node, std::size_t i) {
    return static_cast<slw_value*>(const_cast<void*>(slw_payload(&node)))[i];
  }

 private:
  struct Free {
    void operator()(std::byte* block) const { std::free(block); }
  };
  std::unique_ptr<std::byte, Free> memory_;
  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
};

std::string why_not(const Block& block, const Limits& limits = {}) {
  const Status verified = verify(block.bytes(), limits);
  return verified.ok() ? "" : verified.error().message;
}

std::string wide_object(int members) {
  std::string json = "{";
  for (int i = 0; i < members; ++i)
    json += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":" + std::to_string(i);
  return json + "}";
}

constexpr const char* kSound[] = {
    "null",
    "true",
    "-1",
    "18446744073709551615",
    "1e300",
    "-0",
    "123456789012345678901234567890",
    R"("")",
    R"("text é")",
    "[]",
    "{}",
    R"({"":""})",
    "[1,2,3]",
    "[1.5,2,-0,3.25]",
    "[1,true]",
    "[[],[[]],{}]",
    R"({"a":[1.5,2.5,3.5,4.5,5.5,6.5,7.5,8.5,9.5],"b":{"c":["x","y",{"z":null}]}})"};

}  // namespace

TEST_CASE("what a builder has made is sound") {
  for (const char* const json : kSound) {
    INFO(json);
    CHECK(why_not(Block(parse(json))) == "");
  }
  for (const int members : {16, 17, 1000}) CHECK(why_not(Block(parse(wide_object(members)))) == "");
}

TEST_CASE("tensors that a builder has made are sound") {
  const std::vector<double> numbers(24, 0.5);
  for (const std::vector<std::uint64_t>& shape :
       {std::vector<std::uint64_t>{24}, {4, 6}, {2, 3, 4}, {2, 0, 3}, {0}}) {
    Document document;
    Builder builder;
    builder.start(document);
    REQUIRE(builder.tensor(SLW_F64, shape, numbers.data()));
    REQUIRE(builder.finish().ok());
    CHECK(why_not(Block(document)) == "");
  }
}

TEST_CASE("damage is found and said") {
  struct Damage {
    const char* json;
    std::function<void(Block&)> make;
    const char* said;
  };
  const auto nan = std::numeric_limits<double>::quiet_NaN();
  const Damage kDamages[] = {
      {"null", [](Block& b) { b.root().kind = 11; }, "unknown kind at byte 0"},
      {"null", [](Block& b) { b.root().detail = 1; }, "detail that means nothing"},
      {"null", [](Block& b) { b.root().tag = 1; }, "tag of a key"},
      {"1", [](Block& b) { b.root().kind = SLW_UINT64; }, "a signed one can hold"},
      {"1.5", [&](Block& b) { b.root().as.f64 = nan; }, "not finite"},
      {"1.5", [](Block& b) { b.root().detail = SLW_INTEGRAL; }, "says it is one"},
      {"1.5", [](Block& b) { b.root().detail = 1; }, "says it is one"},
      {R"("abc")", [](Block& b) { b.root().as.offset = 0; }, "outside the document"},
      {R"("abc")", [](Block& b) { b.root().as.offset = 15; }, "outside the document"},
      {R"("abc")", [](Block& b) { b.root().as.offset = ~std::uint64_t{0}; }, "outside the document"},
      {R"("abc")", [](Block& b) { b.root().count = 4'000'000; }, "outside the document"},
      {R"("abc")", [](Block& b) { b.root().count = 17'000'000; }, "a string of more than"},
      {R"("abc")", [](Block& b) { const_cast<char*>(slw_text(&b.root()).data)[1] = static_cast<char>(0xff); },
       "not valid UTF-8"},
      {R"([true,null])",
       [](Block& b) {
         b.root().as.offset += 8;
         b.root().count = 1;
       },
       "not aligned"},
      {R"([true])", [](Block& b) { b.root().count = 0xffffffff; }, "outside the document"},
      {R"([true,["a"]])",
       [](Block& b) {
         slw_value& inner = Block::child(b.root(), 1);
         inner.as.offset = 0;
       },
       "outside the document"},
      {R"({"a":1})", [](Block& b) { ++Block::child(b.root(), 0).tag; }, "whose hash is not that of its text"},
      {R"({"a":1})", [](Block& b) { Block::child(b.root(), 0).kind = SLW_NULL; }, "a key that is no string"},
      {R"({"a":1,"b":2})",
       [](Block& b) {
         slw_value& key = Block::child(b.root(), 2);
         const_cast<char*>(slw_text(&key).data)[0] = 'a';
         key.tag = Block::child(b.root(), 0).tag;
       },
       "appears twice"},
      {"[1.5,2.5]", [](Block& b) { b.root().detail = 12; }, "unknown element type"},
      {"[1.5,2.5]", [](Block& b) { b.root().tag = 0; }, "unknown rank"},
      {"[1.5,2.5]", [](Block& b) { b.root().tag = 9; }, "unknown rank"},
      {"[1.5,0.3333333333333333]",
       [](Block& b) {
         b.root().detail |= SLW_MIXED;
         b.root().count = 1;
       },
       "says it is one"},
      {"[1,2]", [](Block& b) { b.root().detail |= SLW_MIXED; }, "where none belongs"},
      {"[1.5,2.5]",
       [&](Block& b) { std::memcpy(const_cast<void*>(slw_payload(&b.root())), &nan, sizeof nan); },
       "not finite"},
      {"[1,2]",
       [](Block& b) {
         b.root().detail = SLW_BOOL;
         b.root().count = 16;
       },
       "neither 0 nor 1"},
  };
  for (const Damage& damage : kDamages) {
    INFO(damage.json << ": " << damage.said);
    Block block(parse(damage.json));
    damage.make(block);
    CHECK_THAT(why_not(block), Catch::Contains(damage.said));
  }
}

TEST_CASE("a wide object's index must be one") {
  const Document document = parse(wide_object(20));
  const auto entries = [](Block& block) {
    return reinterpret_cast<std::uint32_t*>(&Block::child(block.root(), 40));
  };
  Block swapped(document);
  std::swap(entries(swapped)[3], entries(swapped)[4]);
  CHECK_THAT(why_not(swapped), Catch::Contains("out of order"));
  Block doubled(document);
  entries(doubled)[3] = entries(doubled)[4];
  CHECK_THAT(why_not(doubled), Catch::Contains("out of order"));
  Block beyond(document);
  entries(beyond)[0] = 20;
  CHECK_THAT(why_not(beyond), Catch::Contains("not there"));
}

TEST_CASE("a tensor's shape must be that of its numbers") {
  const std::vector<double> numbers(6, 0.5);
  Document document;
  Builder builder;
  builder.start(document);
  const std::uint64_t shape[] = {2, 3};
  REQUIRE(builder.tensor(SLW_F64, shape, numbers.data()));
  REQUIRE(builder.finish().ok());
  const auto with_extent = [&](std::uint64_t extent) {
    Block block(document);
    std::memcpy(const_cast<void*>(slw_payload(&block.root())), &extent, sizeof extent);
    return why_not(block);
  };
  CHECK(with_extent(2) == "");
  CHECK_THAT(with_extent(3), Catch::Contains("not that of its numbers"));
  CHECK_THAT(with_extent(std::uint64_t{1} << 63), Catch::Contains("too large"));
}

// Each level refers twice to the one below: 2^40 values to walk, in a block of some hundred bytes.
TEST_CASE("a document whose parts overlap is refused before it is walked") {
  constexpr std::size_t kLevels = 40;
  struct alignas(64) {
    slw_value nodes[1 + 2 * kLevels];
  } bomb{};
  bomb.nodes[0] = {SLW_ARRAY, 0, 0, 2, {}};
  bomb.nodes[0].as.offset = sizeof(slw_value);
  for (std::size_t level = 0; level + 1 < kLevels; ++level) {
    for (std::size_t i = 0; i < 2; ++i) {
      slw_value& node = bomb.nodes[1 + 2 * level + i];
      node = {SLW_ARRAY, 0, 0, 2, {}};
      node.as.offset = (2 - i) * sizeof(slw_value);
    }
  }
  const Status verified = verify(std::as_bytes(std::span(bomb.nodes)), Limits());
  REQUIRE_FALSE(verified.ok());
  CHECK_THAT(verified.error().message, Catch::Contains("payloads that overlap"));
}

TEST_CASE("limits hold for documents from elsewhere") {
  Limits limits;
  limits.depth = 2;
  CHECK(why_not(Block(parse("[[true]]")), limits) == "");
  CHECK_THAT(why_not(Block(parse("[[[true]]]")), limits), Catch::Contains("nested more than 2 deep"));
  limits = {};
  limits.nodes = 3;
  CHECK(why_not(Block(parse("[true,null]")), limits) == "");
  CHECK_THAT(why_not(Block(parse("[true,null,false]")), limits), Catch::Contains("more than 3 values"));
  limits = {};
  limits.string_bytes = 2;
  CHECK_THAT(why_not(Block(parse(R"("abc")")), limits), Catch::Contains("a string of more than 2 bytes"));
  limits = {};
  limits.document_bytes = 32;
  CHECK_THAT(why_not(Block(parse(R"(["a long text that needs room"])")), limits),
             Catch::Contains("at most 32 are accepted"));
}

TEST_CASE("bytes that are no document are refused") {
  alignas(64) const std::byte bytes[64]{};
  for (const std::size_t size : {0u, 1u, 15u, 17u}) CHECK_FALSE(verify({bytes, size}, Limits()).ok());
}

// A fuzz target does this for hours (tests/fuzz/document_fuzz.cpp); here is enough to see it work.
TEST_CASE("whatever is damaged, what is accepted can be read") {
  std::mt19937 random(1);
  const Document document = parse(
      R"({"name":"é","list":[1,"two",{"three":[3.5,4]}],"big":[1.5,2.5,3.5,4.5,5.5,6.5,7.5,8.5,9.5],"n":-7})");
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    Block block(document);
    const std::span<std::byte> bytes = block.bytes();
    bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    Document copy;
    Builder builder;
    builder.start(copy);
    if (!builder.document(bytes)) continue;
    REQUIRE(builder.finish().ok());
    ++accepted;
    CHECK(to_json(copy.root()).size() > 0);
  }
  CHECK(accepted > 0);
  CHECK(accepted < 20'000);
}

TEST_CASE("a builder takes a whole document as its only value") {
  for (const char* const json : kSound) {
    const Document document = parse(json);
    Document copy;
    Builder builder;
    builder.start(copy);
    REQUIRE(builder.document(document.bytes()));
    REQUIRE(builder.finish().ok());
    CHECK(to_json(copy.root()) == to_json(document.root()));
  }
  const Document document = parse("[true]");
  Document copy;
  Builder builder;
  builder.start(copy);
  REQUIRE(builder.begin_array());
  CHECK_FALSE(builder.document(document.bytes()));
}

TEST_CASE("empty arrays without end are not to be had from a tensor of a few bytes") {
  Limits limits;
  limits.nodes = 1000;
  const std::uint64_t many[] = {2000, 0};
  const std::uint64_t few[] = {500, 0};
  Document document;
  Builder builder(limits);
  builder.start(document);
  CHECK_FALSE(builder.tensor(SLW_F64, many, nullptr));
  CHECK(builder.take_error().code == Code::limit_exceeded);
  builder.start(document);
  CHECK(builder.tensor(SLW_F64, few, nullptr));
  REQUIRE(builder.finish().ok());
  const std::uint64_t twice[] = {3, 0, 0};
  builder.start(document);
  CHECK(builder.tensor(SLW_F64, twice, nullptr));
  REQUIRE(builder.finish().ok());
  CHECK(verify(document.bytes(), limits).ok());

  Builder generous;
  generous.start(document);
  REQUIRE(generous.tensor(SLW_F64, many, nullptr));
  REQUIRE(generous.finish().ok());
  CHECK(verify(document.bytes(), Limits()).ok());
  CHECK(verify(document.bytes(), limits).error().code == Code::limit_exceeded);
}
