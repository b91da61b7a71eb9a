#include "document/json_writer.hpp"

#include <charconv>
#include <cstring>

#include "base/json_text.hpp"

namespace slipway::document {
namespace {

// Long enough for the largest double without an exponent.
constexpr std::size_t kNumberText = 400;

template <class Number, class... Format>
void append_chars(PaddedBuffer& out, Number number, Format... format) {
  char text[kNumberText];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number, format...);
  out.append({text, static_cast<std::size_t>(end - text)});
}

// The shortest text that reads back as the same number, and as a number with a fraction.
template <class Float>
void append_float(PaddedBuffer& out, Float number) {
  char text[kNumberText];
  char* end = std::to_chars(text, text + sizeof text - 2, number).ptr;
  if (std::string_view(text, static_cast<std::size_t>(end - text)).find_first_of(".e") ==
      std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  out.append({text, static_cast<std::size_t>(end - text)});
}

void write_scalar(const slw_value& node, PaddedBuffer& out) {
  switch (node.kind) {
    case SLW_FALSE:
      return out.append("false");
    case SLW_TRUE:
      return out.append("true");
    case SLW_INT64:
      return append_chars(out, node.as.i64);
    case SLW_UINT64:
      return append_chars(out, node.as.u64);
    case SLW_FLOAT64:
      if ((node.detail & SLW_INTEGRAL) != 0) return append_chars(out, node.as.f64, std::chars_format::fixed);
      return append_float(out, node.as.f64);
    default:
      return out.append("null");
  }
}

void write_base64(std::string_view octets, PaddedBuffer& out) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out.append("\"");
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t left = octets.size() - i;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < left ? static_cast<unsigned char>(octets[i + j]) : 0u);
    const char text[4] = {kDigits[group >> 18], kDigits[group >> 12 & 63],
                          left > 1 ? kDigits[group >> 6 & 63] : '=', left > 2 ? kDigits[group & 63] : '='};
    out.append({text, sizeof text});
  }
  out.append("\"");
}

// One axis of a tensor; `next` counts the numbers already written.
void write_axis(const slw_value* tensor, unsigned axis, std::uint32_t& next, PaddedBuffer& out) {
  const std::uint64_t extent = slw_tensor_extent(tensor, axis);
  out.append("[");
  for (std::uint64_t i = 0; i < extent; ++i) {
    if (i != 0) out.append(",");
    if (axis + 1 < tensor->tag) {
      write_axis(tensor, axis + 1, next, out);
    } else if (tensor->detail == SLW_F32) {
      float number;
      std::memcpy(&number, static_cast<const char*>(slw_tensor_data(tensor)) + 4 * std::size_t{next++}, 4);
      append_float(out, number);
    } else {
      write_scalar(slw_tensor_number(tensor, next++), out);
    }
  }
  out.append("]");
}

void write_array(Value array, PaddedBuffer& out) {
  out.append("[");
  for (std::uint32_t i = 0; i < array.size(); ++i) {
    if (i != 0) out.append(",");
    write_json(array.element(i), out);
  }
  out.append("]");
}

void write_object(Value object, PaddedBuffer& out) {
  out.append("{");
  for (std::uint32_t i = 0; i < object.size(); ++i) {
    if (i != 0) out.append(",");
    append_json_string(object.key(i), out);
    out.append(":");
    write_json(object.member(i), out);
  }
  out.append("}");
}

}  // namespace

void write_json(Value value, PaddedBuffer& out) {
  std::uint32_t next = 0;
  switch (value.kind()) {
    case Kind::string:
      return append_json_string(value.text(), out);
    case Kind::bytes:
      return write_base64(value.text(), out);
    case Kind::array:
      return write_array(value, out);
    case Kind::object:
      return write_object(value, out);
    case Kind::tensor:
      return write_axis(value.node(), 0, next, out);
    default:
      return write_scalar(value.get(), out);
  }
}

std::string to_json(Value value) {
  PaddedBuffer out;
  write_json(value, out);
  return std::string(out.view());
}

}  // namespace slipway::document
