// Rows of tensors, compared.
#include "schema/view.hpp"

namespace slipway::schema {

bool equal(View a, View b) {
  const std::uint32_t size = a.size();
  if (size != b.size()) return false;
  if (size != 0 && a.innermost() != b.innermost()) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    const bool same = a.innermost()
                          ? document::equal(document::Value(a.number(i)), document::Value(b.number(i)))
                          : equal(a.row(i), b.row(i));
    if (!same) return false;
  }
  return true;
}

bool equal(View a, document::Value b) {
  if (b.is_tensor() && b.get().tag != 0) return equal(a, View{b.node()});
  const std::uint32_t size = a.size();
  if (b.kind() != document::Kind::array || b.size() != size) return false;
  for (std::uint32_t i = 0; i < size; ++i) {
    const document::Value element = b.element(i);
    if (a.innermost() ? !document::equal(document::Value(a.number(i)), element) : !equal(a.row(i), element))
      return false;
  }
  return true;
}

std::uint64_t hash(View view) {
  std::uint64_t all = view.size();
  for (std::uint32_t i = 0; i < view.size(); ++i) {
    const std::uint64_t one =
        view.innermost() ? document::hash(document::Value(view.number(i))) : hash(view.row(i));
    all = (all ^ one) * 0x9E3779B97F4A7C15u;
    all ^= all >> 31;
  }
  return all;
}

}  // namespace slipway::schema
