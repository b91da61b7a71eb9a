// C++ names and literals for what schemas call as they like. The rule is part of docs/bind.md: the same text
// always gets the same name, which is what models are written against.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::authoring {

// For a member, an enumerator or a namespace. What is an identifier already stays as it is; else its words
// are joined by `_`, a character beyond ASCII is `u` with its number, and what would begin with a digit
// begins with `x`. Keywords, macros of the standard headers and names in capitals alone get a `_` behind
// them.
std::string identifier(std::string_view text);

// For a type: the words, each with a capital in front, joined.
std::string type_name(std::string_view text);

// identifier() of each, made different from each other, and from `taken` by a `_` behind. Texts that are
// identifiers keep their names, whatever the others are called; of the others the later gets `_2`, `_3` ...
std::vector<std::string> identifiers(const std::vector<std::string>& texts,
                                     const std::set<std::string>& taken = {});

// A C++ string literal of any UTF-8 text.
std::string literal(std::string_view text);

// The characters that change the direction of writing, with which source code can look like what it is not
// (-Wbidi-chars). Tells whether `text` begins with one.
bool begins_with_bidirectional(std::string_view text);

}  // namespace slipway::authoring
