// Which values a schema marks `x-sensitive`.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "schema/program.hpp"

namespace slipway::schema {

// One step from a value to one inside it.
struct Token {
  std::string_view key;     // of a member
  std::uint32_t index = 0;  // of an item
  bool is_index = false;
};

// Asks every schema that could apply to a value, through references and combinations and whether or not it
// accepts the value: what one of them calls sensitive is, and so is all that is inside. In doubt a value is
// sensitive.
class Sensitivity {
 public:
  explicit Sensitivity(const Program& program) : program_(program), round_of_(program.nodes.size(), 0) {}

  struct Verdict {
    bool sensitive = false;
    // So many tokens of the path may be repeated: the next one is a name inside a sensitive value that the
    // schema does not contain, so it is the document's secret too.
    std::size_t tellable = 0;
  };
  Verdict of(std::span<const Token> path);
  bool of(std::string_view pointer);

 private:
  bool start();
  bool descend(const Token& token, bool either);
  void add(NodeId id);
  bool close();
  bool declares(std::string_view key) const;

  const Program& program_;
  std::vector<NodeId> here_;
  std::vector<NodeId> next_;
  std::vector<std::uint32_t> round_of_;
  std::uint32_t round_ = 0;
  std::size_t work_ = 0;
};

}  // namespace slipway::schema
