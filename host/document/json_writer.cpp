#include "document/json_writer.hpp"

#include <charconv>
#include <cstring>

#include "base/json_text.hpp"

namespace slipway::document {
namespace {

// Long enough for the largest double without an exponent.
constexpr std::size_t kNumberText = 400;

void write(const slw_value& node, PaddedBuffer& out);

template <class Number, class... Format>
void append_chars(PaddedBuffer& out, Number number, Format... format) {
  char* const text = out.room(kNumberText);
  const char* const end = std::to_chars(text, text + kNumberText, number, format...).ptr;
  out.added(static_cast<std::size_t>(end - text));
}

// The shortest text that reads back as the same number, and as a number with a fraction.
template <class Float>
void append_float(PaddedBuffer& out, Float number) {
  const std::size_t begin = out.size();
  append_chars(out, number);
  if (out.view().substr(begin).find_first_of(".e") == std::string_view::npos) out.append(".0");
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
  out.append('"');
  for (std::size_t i = 0; i < octets.size(); i += 3) {
    const std::size_t left = octets.size() - i;
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < left ? static_cast<unsigned char>(octets[i + j]) : 0u);
    const char text[4] = {kDigits[group >> 18], kDigits[group >> 12 & 63],
                          left > 1 ? kDigits[group >> 6 & 63] : '=', left > 2 ? kDigits[group & 63] : '='};
    out.append({text, sizeof text});
  }
  out.append('"');
}

// One axis of a tensor; `next` counts the numbers already written.
void write_axis(const slw_value& tensor, unsigned axis, std::uint32_t& next, PaddedBuffer& out) {
  const std::uint64_t extent = slw_tensor_extent(&tensor, axis);
  out.append('[');
  for (std::uint64_t i = 0; i < extent; ++i) {
    if (i != 0) out.append(',');
    if (axis + 1 < tensor.tag) {
      write_axis(tensor, axis + 1, next, out);
    } else if (tensor.detail == SLW_F32) {
      float number;
      std::memcpy(&number, static_cast<const char*>(slw_tensor_data(&tensor)) + 4 * std::size_t{next++}, 4);
      append_float(out, number);
    } else {
      write_scalar(slw_tensor_number(&tensor, next++), out);
    }
  }
  out.append(']');
}

void write_array(const slw_value& array, PaddedBuffer& out) {
  const auto* const elements = static_cast<const slw_value*>(slw_payload(&array));
  out.append('[');
  for (std::uint32_t i = 0; i < array.count; ++i) {
    if (i != 0) out.append(',');
    write(elements[i], out);
  }
  out.append(']');
}

std::string_view text_of(const slw_value& node) {
  return {static_cast<const char*>(slw_payload(&node)), node.count};
}

void write_object(const slw_value& object, PaddedBuffer& out) {
  out.append('{');
  for (std::uint32_t i = 0; i < object.count; ++i) {
    if (i != 0) out.append(',');
    const slw_value* const key = slw_member(&object, i);
    append_json_string(text_of(*key), out);
    out.append(':');
    write(key[1], out);
  }
  out.append('}');
}

void write(const slw_value& node, PaddedBuffer& out) {
  std::uint32_t next = 0;
  switch (node.kind) {
    case SLW_STRING:
      return append_json_string(text_of(node), out);
    case SLW_BYTES:
      return write_base64(text_of(node), out);
    case SLW_ARRAY:
      return write_array(node, out);
    case SLW_OBJECT:
      return write_object(node, out);
    case SLW_TENSOR:
      return write_axis(node, 0, next, out);
    default:
      return write_scalar(node, out);
  }
}

}  // namespace

void write_json(Value value, PaddedBuffer& out) {
  write(value.get(), out);
}

std::string to_json(Value value) {
  PaddedBuffer out;
  write_json(value, out);
  return std::string(out.view());
}

}  // namespace slipway::document
