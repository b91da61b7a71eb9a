// C++ types as the text of a header.
#pragma once

#include <string>

#include "authoring/bind_types.hpp"

namespace slipway::authoring {

struct Header {
  std::string made_from;  // for the first line
  std::string name_space;
  Types types;
  Type request;
  Type response;
};

// The same text for the same header.
std::string header_text(const Header& header);

}  // namespace slipway::authoring
