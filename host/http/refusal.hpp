// Why a request cannot be taken; the connection ends with this answer.
#pragma once

#include <string>

namespace slipway::http {

struct Refusal {
  int status = 0;
  std::string detail;
  bool of_coding = false;  // its Content-Encoding: the answer says which are taken
};

}  // namespace slipway::http
