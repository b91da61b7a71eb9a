// The members that one schema names, found by the hash that every key of a document carries.
#pragma once

#include <slipway/value.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::schema {

struct Property {
  std::uint64_t head;  // the first and the last bytes of the name: all of it, up to 16 bytes
  std::uint64_t tail;
  std::uint32_t size;      // of the name
  std::uint32_t offset;    // of the name in the table's text
  std::uint32_t node;      // the schema of the member; kUndeclared where the name is only required
  std::uint32_t required;  // which of the required members this is; kOptional for others
  std::uint16_t tag;       // slw_key_hash of the name
};

// Filled by the compiler, then sealed; from then on read-only.
class PropertyTable {
 public:
  static constexpr std::uint32_t kUndeclared = 0xFFFFFFFF;
  static constexpr std::uint32_t kOptional = 0xFFFFFFFF;

  // The entry called `name`, which is added where there is none.
  Property& add(std::string_view name);
  // Builds the hash table. Without it find() finds nothing.
  void seal();

  bool empty() const { return properties_.empty(); }
  std::size_t size() const { return properties_.size(); }
  const Property* begin() const { return properties_.data(); }
  const Property* end() const { return properties_.data() + properties_.size(); }
  std::string_view name(const Property& p) const { return std::string_view(names_).substr(p.offset, p.size); }

  // `key` is a key of an object. `expected` is an entry (or the end) that is tried first: members mostly come
  // in the order of the schema.
  const Property* find(const slw_value* key, const Property* expected) const {
    return expected != end() && is(*expected, key) ? expected : find(key);
  }
  const Property* find(const slw_value* key) const;
  const Property* find(std::string_view name) const;

 private:
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;

  std::uint32_t slot_of(std::uint16_t tag) const { return (tag * multiplier_ >> 12) & mask_; }

  struct Ends {
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
  };
  static Ends ends_of(const char* name, std::size_t size) {
    Ends ends;
    if (size >= 8) {
      std::memcpy(&ends.head, name, 8);
      std::memcpy(&ends.tail, name + size - 8, 8);
    } else if (size >= 4) {
      std::memcpy(&ends.head, name, 4);
      std::memcpy(&ends.tail, name + size - 4, 4);
    } else if (size > 0) {
      ends.head = static_cast<std::uint64_t>(static_cast<unsigned char>(name[0])) << 16 |
                  static_cast<std::uint64_t>(static_cast<unsigned char>(name[size / 2])) << 8 |
                  static_cast<unsigned char>(name[size - 1]);
    }
    return ends;
  }

  bool is(const Property& p, const slw_value* key) const {
    if (p.tag != key->tag || p.size != key->count) return false;
    const char* const text = static_cast<const char*>(slw_payload(key));
    const Ends ends = ends_of(text, p.size);
    return ((ends.head ^ p.head) | (ends.tail ^ p.tail)) == 0 &&
           (p.size <= 16 || std::memcmp(names_.data() + p.offset + 8, text + 8, p.size - 16) == 0);
  }

  std::uint32_t place(std::uint32_t multiplier, std::vector<std::uint32_t>& slots) const;

  std::vector<Property> properties_;  // in the order of the schema
  std::vector<std::uint32_t> slots_;
  std::string names_;
  std::uint32_t multiplier_ = 1;
  std::uint32_t mask_ = 0;
};

}  // namespace slipway::schema
