#include "model/response_writer.hpp"

#include <new>
#include <span>

namespace slipway::model {
namespace {

// Runs one event; what runs out of memory fails the response and nothing else.
template <class Event>
slw_status write(slw_writer* out, Event event) noexcept {
  document::Builder& builder = *reinterpret_cast<ResponseWriter*>(out)->builder;
  try {
    return event(builder) ? SLW_OK : SLW_FAILED;
  } catch (const std::bad_alloc&) {
    builder.fail(Code::limit_exceeded, "not enough memory for the response");
    return SLW_FAILED;
  }
}

using document::Builder;

slw_status null_value(slw_writer* out) {
  return write(out, [](Builder& b) { return b.null(); });
}
slw_status boolean(slw_writer* out, std::int32_t value) {
  return write(out, [&](Builder& b) { return b.boolean(value != 0); });
}
slw_status int64(slw_writer* out, std::int64_t value) {
  return write(out, [&](Builder& b) { return b.int64(value); });
}
slw_status uint64(slw_writer* out, std::uint64_t value) {
  return write(out, [&](Builder& b) { return b.uint64(value); });
}
slw_status float64(slw_writer* out, double value) {
  return write(out, [&](Builder& b) { return b.float64(value); });
}
slw_status string(slw_writer* out, const char* text, std::size_t size) {
  return write(out, [&](Builder& b) { return b.string({text, size}); });
}
slw_status begin_object(slw_writer* out) {
  return write(out, [](Builder& b) { return b.begin_object(); });
}
slw_status key(slw_writer* out, const char* text, std::size_t size) {
  return write(out, [&](Builder& b) { return b.key({text, size}); });
}
slw_status end_object(slw_writer* out) {
  return write(out, [](Builder& b) { return b.end_object(); });
}
slw_status begin_array(slw_writer* out) {
  return write(out, [](Builder& b) { return b.begin_array(); });
}
slw_status end_array(slw_writer* out) {
  return write(out, [](Builder& b) { return b.end_array(); });
}
slw_status tensor(slw_writer* out, std::uint32_t type, std::uint32_t rank, const std::uint64_t* shape,
                  const void* data) {
  return write(out, [&](Builder& b) {
    return b.tensor(static_cast<slw_type>(type), std::span<const std::uint64_t>(shape, rank), data);
  });
}

constexpr slw_writer_table kTable = {sizeof(slw_writer_table),
                                     0,
                                     null_value,
                                     boolean,
                                     int64,
                                     uint64,
                                     float64,
                                     string,
                                     begin_object,
                                     key,
                                     end_object,
                                     begin_array,
                                     end_array,
                                     tensor};

}  // namespace

ResponseWriter::ResponseWriter(document::Builder& response) : abi{&kTable}, builder(&response) {}

}  // namespace slipway::model
