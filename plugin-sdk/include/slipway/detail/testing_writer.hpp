// Keeps what a model writes as a Json, and refuses what a host refuses: NaN and infinity, names given twice,
// and anything in the wrong place.
#pragma once

#include <slipway/plugin.h>
#include <slipway/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::testing::detail {

class TestWriter : public slw_writer {
 public:
  TestWriter() : slw_writer{&kTable} {}
  TestWriter(const TestWriter&) = delete;
  TestWriter& operator=(const TestWriter&) = delete;

  // The one whole value, if that is what was written; else problem() says what is wrong.
  std::optional<Json> take() {
    if (problem_.empty() && (!open_.empty() || !root_)) problem_ = "the response is not complete";
    return problem_.empty() ? std::exchange(root_, std::nullopt) : std::nullopt;
  }
  const std::string& problem() const { return problem_; }

 private:
  struct Open {
    std::variant<Json::Array, Json::Object> values;
    std::optional<std::string> key;
  };

  slw_status refuse(const char* problem) {
    if (problem_.empty()) problem_ = problem;
    return SLW_FAILED;
  }

  slw_status add(Json value) {
    if (!problem_.empty()) return SLW_FAILED;
    if (open_.empty()) {
      if (root_) return refuse("the response has a second value");
      root_ = std::move(value);
      return SLW_OK;
    }
    Open& open = open_.back();
    if (auto* const elements = std::get_if<Json::Array>(&open.values)) {
      elements->push_back(std::move(value));
    } else {
      if (!open.key) return refuse("the response has a value without a name in an object");
      std::get<Json::Object>(open.values)
          .emplace_back(*std::exchange(open.key, std::nullopt), std::move(value));
    }
    return SLW_OK;
  }

  slw_status add_key(std::string key) {
    auto* const members = open_.empty() ? nullptr : std::get_if<Json::Object>(&open_.back().values);
    if (members == nullptr || open_.back().key)
      return refuse("the response has a name where a value must be");
    const auto is_same = [&](const auto& member) { return member.first == key; };
    if (std::any_of(members->begin(), members->end(), is_same))
      return refuse("the response has the same name twice in an object");
    open_.back().key = std::move(key);
    return problem_.empty() ? SLW_OK : SLW_FAILED;
  }

  template <class Container>
  slw_status begin() {
    open_.push_back({Container(), std::nullopt});
    return problem_.empty() ? SLW_OK : SLW_FAILED;
  }
  template <class Container>
  slw_status end() {
    auto* const values = open_.empty() ? nullptr : std::get_if<Container>(&open_.back().values);
    if (values == nullptr || open_.back().key)
      return refuse("the response ends an object or an array wrongly");
    Json whole(std::move(*values));
    open_.pop_back();
    return add(std::move(whole));
  }

  slw_status add_number(double value) {
    return std::isfinite(value) ? add(value)
                                : refuse("the response has a NaN or an infinity, which JSON has not");
  }

  // The numbers of axis `axis` from the `first` on, as nested arrays.
  slw_status add_axis(const slw_value& tensor, const std::uint64_t* shape, unsigned rank, unsigned axis,
                      const char* data, std::uint64_t first) {
    std::uint64_t below = 1;
    for (unsigned inner = axis + 1; inner < rank; ++inner) below *= shape[inner];
    slw_status status = begin<Json::Array>();
    for (std::uint64_t i = 0; i < shape[axis] && status == SLW_OK; ++i)
      status = axis + 1 < rank ? add_axis(tensor, shape, rank, axis + 1, data, first + i * below)
                               : add_element(tensor, data, first + i);
    return status == SLW_OK ? end<Json::Array>() : status;
  }

  slw_status add_element(slw_value tensor, const char* data, std::uint64_t i) {
    // slw_tensor_number counts from the node: one beside a copy of the element.
    struct {
      slw_value node;
      std::uint64_t number;
    } const one = {tensor, copied(data + i * slw_type_size(tensor.detail), slw_type_size(tensor.detail))};
    const slw_value number = slw_tensor_number(&one.node, 0);
    switch (number.kind) {
      case SLW_FALSE:
      case SLW_TRUE:
        return add(number.kind == SLW_TRUE);
      case SLW_INT64:
        return add(number.as.i64);
      case SLW_UINT64:
        return add(number.as.u64);
      default:
        return add_number(number.as.f64);
    }
  }
  static std::uint64_t copied(const char* from, std::size_t size) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, from, size);
    return bits;
  }

  slw_status add_tensor(std::uint32_t type, std::uint32_t rank, const std::uint64_t* shape,
                        const void* data) {
    if (slw_type_size(type) == 0 || rank == 0 || rank > SLW_MAX_RANK)
      return refuse("the response has a wrong tensor");
    slw_value tensor{};
    tensor.kind = SLW_TENSOR;
    tensor.detail = static_cast<std::uint8_t>(type);
    tensor.tag = 1;
    tensor.count = 1;
    tensor.as.offset = sizeof tensor;
    return add_axis(tensor, shape, rank, 0, static_cast<const char*>(data), 0);
  }

  static TestWriter& self(slw_writer* out) { return *static_cast<TestWriter*>(out); }
  static const slw_writer_table kTable;

  std::optional<Json> root_;
  std::vector<Open> open_;
  std::string problem_;
};

inline const slw_writer_table TestWriter::kTable = {
    sizeof(slw_writer_table),
    0,
    [](slw_writer* out) { return self(out).add(nullptr); },
    [](slw_writer* out, std::int32_t value) { return self(out).add(value != 0); },
    [](slw_writer* out, std::int64_t value) { return self(out).add(value); },
    [](slw_writer* out, std::uint64_t value) { return self(out).add(value); },
    [](slw_writer* out, double value) { return self(out).add_number(value); },
    [](slw_writer* out, const char* text, std::size_t size) {
      return self(out).add(std::string(text, size));
    },
    [](slw_writer* out) { return self(out).begin<Json::Object>(); },
    [](slw_writer* out, const char* text, std::size_t size) {
      return self(out).add_key(std::string(text, size));
    },
    [](slw_writer* out) { return self(out).end<Json::Object>(); },
    [](slw_writer* out) { return self(out).begin<Json::Array>(); },
    [](slw_writer* out) { return self(out).end<Json::Array>(); },
    [](slw_writer* out, std::uint32_t type, std::uint32_t rank, const std::uint64_t* shape,
       const void* data) { return self(out).add_tensor(type, rank, shape, data); },
};

}  // namespace slipway::testing::detail
