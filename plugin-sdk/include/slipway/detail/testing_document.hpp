// A document as a host hands it to a plugin (slipway/value.h), made from a Json: arrays of numbers packed,
// wide objects with their index.
#pragma once

#include <slipway/value.h>
#include <slipway/json.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <tuple>
#include <vector>

namespace slipway::testing::detail {

// Owns the block; the root stays where it is when the object is moved.
class TestDocument {
 public:
  explicit TestDocument(const Json& root) {
    put(root, allocate(sizeof(slw_value), 16));
    (void)allocate(0, 16);
    block_ = std::make_unique<Line[]>((bytes_.size() + sizeof(Line) - 1) / sizeof(Line));
    std::memcpy(block_.get(), bytes_.data(), bytes_.size());
    size_ = bytes_.size();
    bytes_ = {};
  }

  const slw_value* root() const { return reinterpret_cast<const slw_value*>(block_.get()); }
  std::size_t size() const { return size_; }  // in bytes, a multiple of 16

 private:
  struct alignas(64) Line {
    std::byte bytes[64];
  };

  // Of `size` bytes behind all that there is, by their distance from the beginning of the block.
  std::size_t allocate(std::size_t size, std::size_t alignment) {
    const std::size_t at = (bytes_.size() + alignment - 1) / alignment * alignment;
    bytes_.resize(at + size);
    return at;
  }
  void store(std::size_t at, const void* from, std::size_t size) {
    if (size != 0) std::memcpy(bytes_.data() + at, from, size);
  }
  void store_node(std::size_t at, slw_kind kind, std::uint64_t bits = 0, std::size_t count = 0,
                  unsigned detail = 0, unsigned tag = 0) {
    slw_value node{};
    node.kind = static_cast<std::uint8_t>(kind);
    node.detail = static_cast<std::uint8_t>(detail);
    node.tag = static_cast<std::uint16_t>(tag);
    node.count = static_cast<std::uint32_t>(count);
    node.as.u64 = bits;
    store(at, &node, sizeof node);
  }

  void put(const Json& json, std::size_t at) {
    json.visit([&]<class T>(const T& value) {
      if constexpr (std::same_as<T, std::nullptr_t>)
        store_node(at, SLW_NULL);
      else if constexpr (std::same_as<T, bool>)
        store_node(at, value ? SLW_TRUE : SLW_FALSE);
      else if constexpr (std::same_as<T, std::int64_t>)
        store_node(at, SLW_INT64, static_cast<std::uint64_t>(value));
      else if constexpr (std::same_as<T, std::uint64_t>)
        store_node(at, SLW_UINT64, value);
      else if constexpr (std::same_as<T, double>)
        store_node(at, SLW_FLOAT64, bits_of(value));
      else if constexpr (std::same_as<T, std::string>)
        put_text(value, at, 0);
      else if constexpr (std::same_as<T, Json::Array>)
        put_array(value, at);
      else
        put_object(value, at);
    });
  }

  static std::uint64_t bits_of(double value) {
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return bits;
  }

  void put_text(std::string_view text, std::size_t at, unsigned tag) {
    const std::size_t payload = allocate(text.size(), 1);
    store(payload, text.data(), text.size());
    store_node(at, SLW_STRING, payload - at, text.size(), 0, tag);
  }

  void put_array(const Json::Array& elements, std::size_t at) {
    if (put_numbers(elements, at)) return;
    const std::size_t payload = allocate(elements.size() * sizeof(slw_value), 16);
    store_node(at, SLW_ARRAY, payload - at, elements.size());
    for (std::size_t i = 0; i < elements.size(); ++i) put(elements[i], payload + i * sizeof(slw_value));
  }

  // Packs numbers as a host does: integers as they are; among doubles as doubles, where each is exact, with a
  // bitmap of those that were integers.
  bool put_numbers(const Json::Array& elements, std::size_t at) {
    constexpr std::int64_t kExact = std::int64_t{1} << 53;
    std::vector<std::int64_t> integers;
    std::vector<double> doubles;
    std::vector<std::uint8_t> written_as_integer((elements.size() + 7) / 8);
    for (const Json& element : elements) {
      element.visit([&]<class T>(const T& value) {
        if constexpr (std::same_as<T, std::int64_t>) {
          written_as_integer[doubles.size() / 8] |= static_cast<std::uint8_t>(1u << doubles.size() % 8);
          integers.push_back(value);
          doubles.push_back(static_cast<double>(value));
        } else if constexpr (std::same_as<T, double>) {
          doubles.push_back(value);
        }
      });
    }
    if (elements.empty() || doubles.size() != elements.size()) return false;
    const auto is_exact = [](std::int64_t value) { return value >= -kExact && value <= kExact; };
    const bool packed = integers.size() == elements.size();
    if (!packed && !std::all_of(integers.begin(), integers.end(), is_exact)) return false;
    const std::size_t size = elements.size() * 8;
    const bool mixed = !packed && !integers.empty();
    const std::size_t payload =
        allocate(size + (mixed ? written_as_integer.size() : 0), size >= 64 ? 64 : 16);
    store(payload, packed ? static_cast<const void*>(integers.data()) : doubles.data(), size);
    if (mixed) store(payload + size, written_as_integer.data(), written_as_integer.size());
    const unsigned type = packed ? SLW_I64 : SLW_F64;
    store_node(at, SLW_TENSOR, payload - at, elements.size(), type | (mixed ? SLW_MIXED : 0u), 1);
    return true;
  }

  void put_object(const Json::Object& members, std::size_t at) {
    const bool indexed = members.size() > SLW_INDEXED_ABOVE;
    const std::size_t pairs = members.size() * 2 * sizeof(slw_value);
    const std::size_t payload = allocate(pairs + (indexed ? members.size() * 4 : 0), 16);
    store_node(at, SLW_OBJECT, payload - at, members.size());
    std::vector<std::uint32_t> index;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const auto& [key, value] = members[i];
      const std::size_t pair = payload + i * 2 * sizeof(slw_value);
      put_text(key, pair, slw_key_hash(key.data(), key.size()));
      put(value, pair + sizeof(slw_value));
      index.push_back(static_cast<std::uint32_t>(i));
    }
    if (!indexed) return;
    const auto order = [&](std::uint32_t i) {
      const std::string& key = members[i].first;
      return std::tuple<std::uint16_t, std::size_t, std::string_view>(slw_key_hash(key.data(), key.size()),
                                                                      key.size(), key);
    };
    std::sort(index.begin(), index.end(), [&](auto a, auto b) { return order(a) < order(b); });
    store(payload + pairs, index.data(), index.size() * sizeof index[0]);
  }

  std::vector<std::byte> bytes_;  // while it is made
  std::unique_ptr<Line[]> block_;
  std::size_t size_ = 0;
};

}  // namespace slipway::testing::detail
