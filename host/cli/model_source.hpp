// Where a host's models come from: a folder that it watches, or a store that operators publish to.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "cli/config.hpp"
#include "lifecycle/deployer.hpp"
#include "lifecycle/reaper.hpp"

namespace slipway::cli {

// As long as it lives it brings versions in and takes them out; once it is destroyed nothing changes any
// more.
class ModelSource {
 public:
  virtual ~ModelSource() = default;

  struct Report {
    std::size_t served = 0;   // models
    std::size_t refused = 0;  // each is in the log, with why
  };
  virtual Report at_start() const = 0;

  // Operators are heard from now on, on `passed` if there is one. Where there are none to hear: nothing.
  virtual Status hear_operators(std::optional<http::ListenGroup> passed);

  // For a take-over; see cli/takeover_listener.hpp. What no two hosts can have at a time is let go of...
  virtual Status let_go(Nanoseconds deadline);
  virtual void take_back();                                           // and taken back, soon
  virtual Result<std::optional<http::ListenGroup>> control_socket();  // the same, by another descriptor
  virtual void retire();   // operators are the other host's from now on  [any]
  virtual void abandon();  // the host ends: a let_go() that waits returns  [any]

 protected:
  ModelSource() = default;
  ModelSource(const ModelSource&) = delete;
  ModelSource& operator=(const ModelSource&) = delete;
};

// What a source works on; all of it outlives the source.
struct ServedModels {
  model::RoutingTableOwner& tables;
  lifecycle::Catalog& catalog;
  lifecycle::Deployer& deployer;
  lifecycle::Reaper& reaper;
};

// What is to be served at the start is in service when this returns.
Result<std::unique_ptr<ModelSource>> open_folder_source(const HostConfig& config, const ServedModels& models);
Result<std::unique_ptr<ModelSource>> open_store_source(const HostConfig& config, const ServedModels& models);

}  // namespace slipway::cli
