// What must not travel with a model by mistake: secrets, data that it was trained on, the builder's own
// folders.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lifecycle/bundle_visitor.hpp"

namespace slipway::authoring {

struct Leak {
  std::string file;    // in the bundle
  std::string reason;  // "holds a private key"
};

// Why a file may not be packed, by its path in the bundle alone; empty: it may.
std::string leak_by_path(std::string_view path);

// Looks for secrets in a file that comes in pieces.
class SecretFinder {
 public:
  void add(std::string_view piece);
  std::string found() const;  // "holds an AWS access key"; empty: nothing so far

 private:
  std::string window_;  // the end of what came, and the piece
  const char* what_ = nullptr;
};

// Hands a bundle on to another visitor, and finds the leaks in it. Remembers libraries (lib/) whole, one at a
// time.
class LeakFinder : public lifecycle::BundleVisitor {
 public:
  explicit LeakFinder(lifecycle::BundleVisitor& next) : next_(next) {}  // which outlives it

  Status begin_file(const std::string& path) override;
  Status bytes(std::string_view piece) override;
  Status end_file() override;

  const std::vector<Leak>& leaks() const { return leaks_; }  // in the order of the files

 private:
  lifecycle::BundleVisitor& next_;
  std::string path_;
  SecretFinder secrets_;
  std::string library_;
  std::vector<Leak> leaks_;
};

}  // namespace slipway::authoring
