// Small JSON answers, written through the document layer so that they are valid whatever is in them.
#pragma once

#include <cstdint>
#include <string_view>

#include "document/builder.hpp"
#include "document/json_writer.hpp"
#include "http/exchange.hpp"

namespace slipway::api {

class JsonBody {
 public:
  JsonBody() { builder_.start(document_); }

  document::Builder& builder() { return builder_; }
  void member(std::string_view key, std::string_view text) {
    builder_.key(key);
    builder_.string(text);
  }
  void member(std::string_view key, std::uint64_t number) {
    builder_.key(key);
    builder_.uint64(number);
  }
  void member_number(std::string_view key, double number) {
    builder_.key(key);
    builder_.float64(number);
  }

  // Ends the document and makes it the answer, 200.
  void answer(http::Exchange& exchange);

 private:
  document::Document document_;
  document::Builder builder_;
};

}  // namespace slipway::api
