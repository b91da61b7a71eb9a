// What a child is told to do, from what the host knows of a model.
#pragma once

#include <filesystem>
#include <string>

#include "model/manifest.hpp"
#include "plugin/stored_library.hpp"
#include "worker/message.hpp"

namespace slipway::worker {

// `parameters`: what an operator sets; see model/overrides.hpp. Without a limit of processor time.
Task make_task(Purpose purpose, const std::filesystem::path& bundle, const model::Manifest& manifest,
               const plugin::StoredLibrary& plugin, const std::string& parameters);

model::Grants grants_of(const Task& task);

}  // namespace slipway::worker
