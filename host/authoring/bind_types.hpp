// The C++ types that a model's schemas become, before they are written.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace slipway::authoring {

// Texts and arrays of numbers of a request look into the document, those of a response are owned.
enum class Side { request, response };

struct Type {
  enum class Kind { any, boolean, integer, number, text, enumeration, structure, list };

  Kind kind = Kind::any;
  bool nullable = false;
  std::string name;                     // of an enumeration or a structure
  std::shared_ptr<const Type> element;  // of a list

  bool is_named() const { return kind == Kind::enumeration || kind == Kind::structure; }
};

enum class Presence {
  required,
  optional,
  defaulted,  // may be missing, and is then what the schema says
};

struct Field {
  std::string key;  // as JSON has it
  std::string description;
  Type type;
  Presence presence = Presence::optional;
  std::string initial;     // the C++ initialiser of a defaulted one
  bool recursive = false;  // its type is a structure that is not complete where the field stands
};

struct Enumeration {
  std::string name;
  std::string wanted;  // `name`, unless another type had it already
  std::string description;
  std::vector<std::string> texts;
};

struct Structure {
  std::string name;
  std::string description;
  Side side = Side::request;
  std::vector<Field> fields;
  // It may hold structures that are not complete yet. Initialisers would have a compiler look into them.
  bool within_recursion = false;
};

// In an order in which C++ can read them: each behind those that it holds.
struct Types {
  std::vector<std::variant<Enumeration, Structure>> declarations;
  std::set<std::string> names;           // of all of them
  std::set<std::string> declared_first;  // structures that are named before they are complete
};

}  // namespace slipway::authoring
