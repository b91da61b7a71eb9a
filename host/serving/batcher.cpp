#include "serving/batcher.hpp"

#include <new>

#include "serving/pool.hpp"
#include "serving/served_version.hpp"

namespace slipway::serving {
namespace {

BatchTask& batch_task(const std::shared_ptr<Task>& task) {
  return static_cast<BatchTask&>(*task);
}

}  // namespace

Batcher::Space::Space(std::size_t most) {
  tasks.reserve(most);
  calls.reserve(most);
  items.reserve(most);
}

void Batcher::run(std::shared_ptr<BatchTask> first, const std::shared_ptr<model::Slot>& owner,
                  Pool& pool) noexcept {
  // Each task holds a lease on the version until it ends.
  model::ModelVersion& version = ServedVersion::of(*owner).version();
  try {
    const auto space = spaces_.take(most_);
    space->tasks.push_back(std::move(first));
    gather(*space, owner, pool);
    predict(*space, version);
  } catch (const std::bad_alloc&) {
    // There is no room to gather anything: it is worked on by itself.
    if (!first->begin()) return;
    model::predict(version, first->call());
    first->end();
  }
}

void Batcher::gather(Space& space, const std::shared_ptr<model::Slot>& owner, Pool& pool) noexcept {
  Admission& admission = ServedVersion::of(*owner).admission();
  if (!admission.gather(space.tasks, most_)) return;
  try {
    pool.wake(owner, admission);
  } catch (const std::bad_alloc&) {
    // Whoever leaves a place next wakes them.
  }
}

void Batcher::predict(Space& space, model::ModelVersion& version) noexcept {
  for (std::shared_ptr<Task>& task : space.tasks) {
    // Some may have been given up while they waited.
    if (task->wanted() && batch_task(task).begin())
      space.calls.push_back(&batch_task(task).call());
    else
      task.reset();
  }
  std::erase(space.tasks, nullptr);
  if (!space.tasks.empty()) {
    sizes_.observe(space.tasks.size());
    model::predict_together(version, space.calls, space.items);
    for (const std::shared_ptr<Task>& task : space.tasks) batch_task(task).end();
  }
  space.tasks.clear();
  space.calls.clear();
}

}  // namespace slipway::serving
