// Faults that made-up requests have shown, each once: with the smallest request that shows it, and how many
// others do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "authoring/findings.hpp"
#include "authoring/judgement.hpp"
#include "document/json_tree.hpp"

namespace slipway::authoring {

class FaultList {
 public:
  // All outlive it. `again`: a shell's line that makes all the requests again.
  FaultList(const TestSubject& subject, TestedModel& model, const std::string& again)
      : subject_(subject), model_(model), again_(again) {}

  // `name` says what was done to the request, and where. The first of its kind is shrunk, which asks the
  // model.
  void add(const std::string& name, const Fault& fault, const document::Json& request);

  // Whether more would only take time.
  bool is_enough() const;

  std::vector<Finding> findings() const;

 private:
  struct Known {
    std::string key;  // of the fault
    Finding finding;
    std::size_t others = 0;
  };

  document::Json smallest(const Fault& fault, const document::Json& request, std::string& what);
  // The fault's first, where no more of its key are to be told apart; or null.
  Known* enough_of(const std::string& key);

  const TestSubject& subject_;
  TestedModel& model_;
  const std::string& again_;
  std::map<std::string, std::size_t> by_name_;  // key and name, without indices: which known one it is
  std::vector<Known> known_;
  std::size_t processes_ = 0;  // of the model, that ended
  std::size_t hangs_ = 0;
};

}  // namespace slipway::authoring
