// The keys as requests meet them: an immutable snapshot, found by hash.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/key_file.hpp"
#include "api/rate.hpp"

namespace slipway::api {

class KeyRing {
 public:
  struct Entry {
    Key key;
    Nanoseconds interval = 0;  // between two requests; 0: no limit
    Nanoseconds burst = 0;
    std::shared_ptr<Rate> rate;  // shared with the ring that takes this one's place

    bool may_call(std::string_view model) const;
  };

  // A key that was in `before` has used up as much of its rate as there.
  KeyRing(std::vector<Key> keys, const KeyRing* before);

  // Null if there is no such key.
  const Entry* find(std::string_view presented) const;
  std::size_t size() const { return entries_.size(); }

 private:
  const Entry* find(const Sha256& digest) const;

  std::vector<Entry> entries_;  // sorted by digest
};

}  // namespace slipway::api
