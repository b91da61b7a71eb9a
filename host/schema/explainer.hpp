// The second pass over a document that was refused: all reasons, each with its place and a sentence.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/memory.hpp"
#include "schema/schema.hpp"
#include "schema/sensitivity.hpp"
#include "schema/unique.hpp"
#include "schema/validator.hpp"

namespace slipway::schema {

class Explainer {
 public:
  Explainer(const Program& program, std::size_t most)
      : program_(program), validator_(program), sensitivity_(program), most_(most) {}

  // Of a document that the program's root does not accept.
  std::vector<Violation> explain(const slw_value* document);

 private:
  // The message, given whether the value may be shown.
  using Message = std::function<std::string(bool may_show)>;

  template <class Subject>
  void visit(NodeId id, Subject subject);
  template <class Subject>
  void visit_if_refused(NodeId id, Subject subject) {
    if (!stopped() && !validator_.asks(id, subject)) visit(id, subject);
  }
  void visit_kind(const Node& node, const slw_value* value);
  void visit_kind(const Node& node, View view);
  void visit_text(const Node& node, const slw_value* value);
  void visit_number(const Node& node, const slw_value* value);
  void visit_array(const Node& node, const slw_value* value);
  void visit_object(const Node& node, const slw_value* value);
  void visit_required(const Node& node, const slw_value* object);
  void visit_member(const Node& node, const slw_value* key);
  void visit_dependencies(const Node& node, const slw_value* object);
  template <class Subject>
  void visit_logic(const Node& node, Subject subject);
  template <class Subject>
  void visit_alternatives(const Node& node, std::string_view keyword, Range range, Subject subject);
  bool visit_item_counts(const Node& node, std::uint32_t count,
                         const std::function<std::optional<EqualItems>()>& find_equal);
  void visit_type(const Node& node, document::Value value);

  void report(const Node& node, std::string_view keyword, std::string_view schema_path,
              const Message& message);
  void report_undeclared_member(const Node& node, std::string_view name);
  void report_item_not_allowed(const Node& node, std::uint32_t allowed);
  // Does `then` with the path one token longer.
  template <class Then>
  void at(Token token, Then then) {
    path_.push_back(token);
    then();
    path_.pop_back();
  }

  bool stopped() const { return found_.size() >= most_ || validator_.trouble() != Validator::Trouble::none; }
  void report_trouble();

  const Program& program_;
  Validator validator_;
  Sensitivity sensitivity_;
  std::size_t most_;
  std::vector<Violation> found_;
  std::vector<Token> path_;
  Memory visited_;
  std::uint32_t depth_ = 0;
  bool summing_up_ = false;  // within the message of a combination
};

}  // namespace slipway::schema
