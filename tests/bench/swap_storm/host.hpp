// The host under the storm: one of its own or one that runs already, what it is told, and what it says of
// itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "connection.hpp"

namespace storm {

// A folder that goes when the storm has passed.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A host of the storm's own, with an empty store in `folder`.
class OwnHost {
 public:
  OwnHost(const std::filesystem::path& slipway, const std::filesystem::path& folder, unsigned threads);
  ~OwnHost();  // as stop()
  OwnHost(const OwnHost&) = delete;
  OwnHost& operator=(const OwnHost&) = delete;

  const Address& data() const { return data_; }
  std::string control_socket() const { return folder_ / "store" / "control.sock"; }
  int stop();  // its exit status, 128 + the signal that ended it

 private:
  void wait_until_it_listens();

  std::filesystem::path folder_;
  Address data_;
  pid_t pid_ = -1;
};

// An operator's connection. What the host refuses is thrown with its words.
class Operator {
 public:
  explicit Operator(const std::string& control_socket);

  using Step = std::function<void(std::string_view)>;
  void publish(const std::filesystem::path& bundle);
  void release(std::string_view model, std::string_view version, const Step& step = {});
  void rollback(std::string_view model);

  pid_t host_process() const;

 private:
  void run(const std::string& path, const std::string& body, const Step& step);

  Connection connection_;
};

// What the host's metrics were at one moment.
class Metrics {
 public:
  explicit Metrics(const Address& data);

  double value(std::string_view name) const;  // of a metric without labels; 0 where there is none

  struct Histogram {
    std::map<double, double> at_most;  // upper bound in seconds: cumulative count
    Histogram since(const Histogram& before) const;
    double count() const { return at_most.empty() ? 0 : at_most.rbegin()->second; }
    double quantile(double part) const;       // seconds, as if values were even within a bucket
    double part_at_most(double bound) const;  // `bound`: a bucket's
  };
  Histogram histogram(std::string_view name) const;

 private:
  std::string text_;
};

struct Memory {
  long resident_kib = 0;
  long mappings = 0;
};
// Once no version drains any more, so that two such moments can be compared.
Memory quiet_memory(pid_t host, const Address& data);

// A bundle around one of the storm's plugins, in a new folder below `folder`.
std::filesystem::path make_bundle(const std::filesystem::path& folder, const std::filesystem::path& plugins,
                                  std::string_view model, std::uint32_t version);

}  // namespace storm
