// Objects that are used again: who needs one takes one that is spare, or one that is made then. In a steady
// state nothing is allocated.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace slipway {

// Thread-safe. Outlives all that is taken.
template <class T>
class Spares {
 public:
  // An object for as long as this lives; what it holds is left as it is.
  class Taken {
   public:
    Taken(Spares& spares, std::unique_ptr<T> object) : spares_(spares), object_(std::move(object)) {}
    ~Taken() { spares_.give_back(std::move(object_)); }
    Taken(const Taken&) = delete;
    Taken& operator=(const Taken&) = delete;
    T& operator*() const { return *object_; }
    T* operator->() const { return object_.get(); }

   private:
    Spares& spares_;
    std::unique_ptr<T> object_;
  };

  // Throws what making one throws.
  template <class... Arguments>
  Taken take(const Arguments&... arguments) {
    const std::lock_guard lock(mutex_);
    if (spare_.empty()) {
      spare_.reserve(made_ + 1);  // so that giving back allocates nothing
      auto object = std::make_unique<T>(arguments...);
      ++made_;
      return Taken(*this, std::move(object));
    }
    std::unique_ptr<T> object = std::move(spare_.back());
    spare_.pop_back();
    return Taken(*this, std::move(object));
  }

 private:
  void give_back(std::unique_ptr<T> object) noexcept {
    const std::lock_guard lock(mutex_);
    spare_.push_back(std::move(object));
  }

  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> spare_;
  std::size_t made_ = 0;
};

}  // namespace slipway
