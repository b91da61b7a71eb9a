// What every sub-command has in common.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>

namespace slipway::cli {

// The process's exit status.
enum Exit {
  kSuccess = 0,
  kFailure = 1,  // the command was understood, and what it was asked for did not succeed
  kUsage = 2,    // the command line or the configuration is wrong
};

// Each adds its sub-command to `app`; when it is the one that was asked for, it runs and leaves its status in
// `exit`.
void add_serve_command(CLI::App& app, int& exit);
void add_predict_command(CLI::App& app, int& exit);
void add_check_command(CLI::App& app, int& exit);
void add_new_command(CLI::App& app, int& exit);
void add_dev_command(CLI::App& app, int& exit);
void add_bind_command(CLI::App& app, int& exit);
void add_pack_command(CLI::App& app, int& exit);
void add_inspect_command(CLI::App& app, int& exit);
void add_test_command(CLI::App& app, int& exit);
void add_schema_command(CLI::App& app, int& exit);
void add_store_command(CLI::App& app, int& exit);
void add_keys_command(CLI::App& app, int& exit);
void add_worker_command(CLI::App& app, int& exit);
void add_canary_command(CLI::App& app, int& exit);
void add_shadow_command(CLI::App& app, int& exit);
void add_deprecate_command(CLI::App& app, int& exit);
void add_control_commands(CLI::App& app, int& exit);  // publish, release, rollback, unload, status, history

// Where private copies of plugins go: `wanted` if it is not empty, else the user's cache folder, else nowhere
// (empty).
std::filesystem::path cache_folder(const std::string& wanted);

// "slipway: " and the message, to standard error.
void complain(const std::string& message);

}  // namespace slipway::cli
