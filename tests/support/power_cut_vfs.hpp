// SQLite on a PowerCutDisk: while the object lives, every database that is opened is on that disk.
#pragma once

#include <sqlite3.h>

#include "power_cut_disk.hpp"

namespace slipway::test {

class PowerCutVfs {
 public:
  explicit PowerCutVfs(PowerCutDisk& disk);
  PowerCutVfs(const PowerCutVfs&) = delete;
  PowerCutVfs& operator=(const PowerCutVfs&) = delete;
  ~PowerCutVfs();

  // From now on every write fails like this: SQLITE_FULL, SQLITE_READONLY, SQLITE_IOERR_WRITE.
  void fail_writes(int code) { write_failure_ = code; }

  PowerCutDisk& disk() { return disk_; }
  int write_failure() const { return write_failure_; }

 private:
  PowerCutDisk& disk_;
  sqlite3_vfs vfs_{};
  int write_failure_ = SQLITE_OK;
};

}  // namespace slipway::test
