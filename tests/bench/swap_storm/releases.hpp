// Which version was released when: what the load generator may be answered with.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace storm {

// One thread releases; any thread looks.
class Releases {
 public:
  explicit Releases(std::size_t most) : versions_(most) {}

  // Before the command is sent: from now on answers may be of `version`.
  void begin(std::uint32_t version) {
    const std::size_t number = begun_.load(std::memory_order_relaxed);
    versions_.at(number) = version;
    begun_.store(number + 1, std::memory_order_release);
  }
  // The host has acknowledged it: whoever asks from now on is answered by it or a later one.
  void acknowledge() {
    acknowledged_.store(begun_.load(std::memory_order_relaxed) - 1, std::memory_order_release);
  }
  // The host has refused it: it was never released.
  void take_back() { begun_.store(begun_.load(std::memory_order_relaxed) - 1, std::memory_order_release); }

  std::size_t acknowledged() const { return acknowledged_.load(std::memory_order_acquire); }
  std::size_t begun() const { return begun_.load(std::memory_order_acquire); }

  // The release, at least the `floor`th, that `version` is an answer of; nothing if there is none.
  std::optional<std::size_t> find(std::uint32_t version, std::size_t floor) const {
    const std::size_t end = begun();
    for (std::size_t number = floor; number < end; ++number)
      if (versions_[number] == version) return number;
    return std::nullopt;
  }

 private:
  std::vector<std::uint32_t> versions_;
  std::atomic<std::size_t> begun_{0};
  std::atomic<std::size_t> acknowledged_{0};
};

}  // namespace storm
