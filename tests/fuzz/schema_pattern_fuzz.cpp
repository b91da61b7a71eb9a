// A pattern, a NUL and a text: where there is an automaton, RE2 must agree with it. (Not about \b and \B
// beyond ASCII, which RE2 looks for within characters.)
#include <re2/re2.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/utf8.hpp"
#include "schema/automaton.hpp"
#include "schema/pattern.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t end = input.find('\0');
  if (end == std::string_view::npos || end > 200 || !is_utf8(input)) return 0;
  const std::string_view text = input.substr(end + 1);
  const auto regex = schema::parse_regex(input.substr(0, end));
  if (!regex) return is_utf8(regex.error().message) ? 0 : (std::abort(), 1);
  const auto automaton = schema::Automaton::build(*regex);
  if (!automaton) return 0;
  bool ascii = true;
  for (const char c : text) ascii = ascii && static_cast<unsigned char>(c) < 0x80;
  for (const schema::RegexNode& node : regex->nodes)
    if (!ascii && (node.kind == schema::RegexNode::Kind::word_boundary ||
                   node.kind == schema::RegexNode::Kind::no_word_boundary))
      return 0;
  const re2::RE2 oracle(schema::to_re2(*regex), re2::RE2::Quiet);
  if (oracle.ok() &&
      re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), oracle) != automaton->matches(text))
    std::abort();
  return 0;
}
