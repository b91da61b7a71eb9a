#include "worker/task.hpp"

namespace slipway::worker {

Task make_task(Purpose purpose, const std::filesystem::path& bundle, const model::Manifest& manifest,
               const plugin::StoredLibrary& plugin, const std::string& parameters) {
  Task task;
  task.purpose = purpose;
  task.bundle = bundle.string();
  task.plugin = plugin.name_elsewhere();
  task.in_place = plugin.is_in_place() ? 1 : 0;
  task.memory = manifest.limits.memory.value_or(0);
  task.network = manifest.grants.network ? 1 : 0;
  for (const std::string& folder : manifest.grants.folders) task.folders.append(folder).append(1, '\0');
  task.parameters = parameters;
  return task;
}

model::Grants grants_of(const Task& task) {
  model::Grants grants;
  grants.network = task.network != 0;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = task.folders.find('\0', begin)) != std::string::npos; begin = end + 1)
    grants.folders.push_back(task.folders.substr(begin, end - begin));
  return grants;
}

}  // namespace slipway::worker
