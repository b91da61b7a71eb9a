// The mistakes that data has, made in documents that had none: a member missing or null, another type,
// numbers at and beyond bounds, texts that are empty, huge or odd, dates that are none, arrays of no and of
// many elements, and what no JSON text may have.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "document/json_tree.hpp"
#include "schema/schema.hpp"

namespace slipway::authoring {

enum class MistakeKind : std::uint8_t {
  missing_member,
  null_value,
  wrong_type,
  extra_member,
  number,
  text,
  odd_text,
  date,
  swapped_dates,
  empty_array,
  one_element,
  long_array,
  // What no JSON text may have; the host refuses it before any schema is asked.
  repeated_member,
  number_too_large,
  lone_surrogate,
};
constexpr std::size_t kMistakeKinds = 15;

std::string_view to_text(MistakeKind kind);
constexpr bool breaks_json(MistakeKind kind) {
  return kind >= MistakeKind::repeated_member;
}

// One change to one document.
struct Mistake {
  MistakeKind kind;
  std::uint32_t variant = 0;        // which value of its kind
  std::vector<std::uint32_t> path;  // child by child, to the value that is changed
};

class Mistakes {
 public:
  // Takes the bounds of numbers from the schema.
  explicit Mistakes(const schema::Schema& request);

  // All that can be made in `document`; of one with very many values, at values drawn by `random`.
  std::vector<Mistake> find(const document::Json& document, Random& random) const;

  // The document with the mistake in it; as a text it is what `kind` says.
  document::Json changed(const document::Json& document, const Mistake& mistake) const;
  // Where a reader should see it (RFC 6901).
  static std::string pointer(const document::Json& document, const Mistake& mistake);

 private:
  void find_at(const document::Json& value, const std::vector<std::uint32_t>& path, bool is_member,
               std::vector<Mistake>& found) const;
  void change(document::Json& value, const Mistake& mistake) const;

  std::vector<std::string> numbers_;
};

}  // namespace slipway::authoring
