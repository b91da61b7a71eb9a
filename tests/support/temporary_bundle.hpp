// A bundle in a folder of its own, around one of the test plugins; gone with the object.
#pragma once

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>

#include "model/inference.hpp"
#include "model/version.hpp"

class TemporaryBundle {
 public:
  explicit TemporaryBundle(const std::string& plugin,
                           const std::string& manifest = "name: tested\nversion: 1.0.0\n") {
    namespace fs = std::filesystem;
    static std::atomic<int> count{0};
    root_ = fs::temp_directory_path() /
            ("slipway-test-" + std::to_string(getpid()) + "-" + std::to_string(count++));
    fs::create_directories(bundle() / "schemas");
    fs::create_directories(bundle() / "lib" / slipway::model::host_architecture());
    write("model.yaml", manifest + "plugin: plugin\n");
    write("schemas/request.yaml", "type: object\nproperties: {value: {type: number}}\n");
    write("schemas/response.yaml", "{}\n");
    if (!plugin.empty())
      fs::copy_file(fs::path(SLIPWAY_FIXTURES) / (plugin + ".so"),
                    bundle() / "lib" / slipway::model::host_architecture() / "plugin.so");
  }
  ~TemporaryBundle() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  std::filesystem::path bundle() const { return root_ / "bundle"; }
  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((bundle() / file).parent_path());
    std::ofstream(bundle() / file) << text;
  }
  slipway::Result<std::unique_ptr<slipway::model::ModelVersion>> load() const {
    slipway::Result<slipway::model::Bundle> opened = slipway::model::open_bundle(bundle());
    if (!opened) return std::move(opened).error();
    return slipway::model::ModelVersion::load(std::move(*opened), root_ / "cache");
  }
  // The model's answer to one request, or why there is none.
  std::string ask(slipway::model::ModelVersion& version, std::string_view request) const {
    slipway::model::Call call{slipway::document::Limits()};
    call.deadline = slipway::monotonic_now() + 60 * slipway::kSecond;
    slipway::PaddedBuffer body(request), out;
    slipway::model::infer(version, call, body, out);
    return call.outcome == slipway::model::Outcome::answered ? std::string(out.view()) : call.error.message;
  }

 private:
  std::filesystem::path root_;
};
