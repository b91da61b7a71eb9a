// Watches a folder of bundles and brings what changes into service, on a thread of its own.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "base/bell.hpp"
#include "base/unique_fd.hpp"
#include "lifecycle/folder.hpp"

namespace slipway::lifecycle {

// inotify tells when to look; what is there is decided by looking (Folder::scan), so that a lost event costs
// time and nothing else. Where watching is not possible (no watches left, a network file system) it looks
// every few seconds all the same.
class FolderWatch {
 public:
  // Looks once, waiting a moment for bundles that have only just been written, before it returns. The error:
  // the folder cannot be read.  [control]
  static Result<std::unique_ptr<FolderWatch>> start(Folder& folder);
  const FolderReport& at_start() const { return at_start_; }
  ~FolderWatch();  // ends the thread, after the step it is at
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

 private:
  FolderWatch(Folder& folder, Bell stop, UniqueFd events);

  Status look_at_start();
  void run();
  void watch_all();
  void watch(const std::filesystem::path& directory);
  void wait_for_change(Nanoseconds until);

  Folder& folder_;
  const Bell stop_bell_;
  const UniqueFd events_;
  bool blind_ = false;  // something could not be watched
  Nanoseconds again_ = 0;
  FolderReport at_start_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace slipway::lifecycle
