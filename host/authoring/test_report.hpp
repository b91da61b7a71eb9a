// What a run of `slipway test` has come to, printed while it runs: one line a check, more where something was
// found.
#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "authoring/findings.hpp"

namespace slipway::authoring {

class TestReport {
 public:
  struct Entry {
    TestKind kind;
    Check check;
  };
  struct Style {
    std::FILE* out = stdout;  // null: nothing is printed
    bool colour = false;
    std::FILE* progress = nullptr;  // a terminal, for what is overwritten; null: no progress
  };

  TestReport(std::string model, Style style);
  TestReport(const TestReport&) = delete;
  TestReport& operator=(const TestReport&) = delete;

  void begin(TestKind kind);
  // What goes on, in a few words: on a terminal alone, and gone with the next line.
  void progress(const std::string& what);
  // A check of the kind that has begun.
  void add(Check check);
  void summarise();  // the last line

  const std::string& model() const { return model_; }  // "breast-cancer 1.0.0"
  const std::vector<Entry>& entries() const { return entries_; }
  std::size_t findings() const;
  Nanoseconds took() const { return monotonic_now() - begin_; }

 private:
  void print(const Check& check);
  void line(const char* colour, const char* word, const std::string& text);
  void clear_progress();

  const std::string model_;
  const Style style_;
  const Nanoseconds begin_ = monotonic_now();
  Nanoseconds since_ = begin_;  // the last check
  TestKind kind_ = TestKind::predictive;
  std::vector<Entry> entries_;
  bool shows_progress_ = false;
};

}  // namespace slipway::authoring
