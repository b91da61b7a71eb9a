// The deadlines of answers that are being made, nearest first. Entries know their place, so that one that is
// met leaves at once.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace slipway::http {

struct DeadlineEntry {
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  Nanoseconds deadline = 0;
  std::size_t place = kNowhere;
};

class DeadlineHeap {
 public:
  // Makes room for `count` entries in all, after which add() allocates nothing. May throw std::bad_alloc.
  void reserve(std::size_t count) {
    if (count > entries_.capacity()) entries_.reserve(2 * count);
  }

  bool empty() const { return entries_.empty(); }
  DeadlineEntry& nearest() const { return *entries_.front(); }

  // `entry` must stay where it is until it is removed.
  void add(DeadlineEntry& entry, Nanoseconds deadline) {
    entry.deadline = deadline;
    entry.place = entries_.size();
    entries_.push_back(&entry);
    move_up(entry.place);
  }

  void remove(DeadlineEntry& entry) {
    if (entry.place == DeadlineEntry::kNowhere) return;
    const std::size_t hole = std::exchange(entry.place, DeadlineEntry::kNowhere);
    DeadlineEntry* const last = entries_.back();
    entries_.pop_back();
    if (hole == entries_.size()) return;
    put(hole, last);
    move_up(hole);
    move_down(last->place);
  }

 private:
  void put(std::size_t place, DeadlineEntry* entry) {
    entries_[place] = entry;
    entry->place = place;
  }

  void move_up(std::size_t place) {
    DeadlineEntry* const entry = entries_[place];
    while (place > 0 && entry->deadline < entries_[(place - 1) / 2]->deadline) {
      put(place, entries_[(place - 1) / 2]);
      place = (place - 1) / 2;
    }
    put(place, entry);
  }

  void move_down(std::size_t place) {
    DeadlineEntry* const entry = entries_[place];
    while (2 * place + 1 < entries_.size()) {
      std::size_t child = 2 * place + 1;
      if (child + 1 < entries_.size() && entries_[child + 1]->deadline < entries_[child]->deadline) ++child;
      if (entries_[child]->deadline >= entry->deadline) break;
      put(place, entries_[child]);
      place = child;
    }
    put(place, entry);
  }

  std::vector<DeadlineEntry*> entries_;
};

}  // namespace slipway::http
