#include "api/key_ring.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/secret.hpp"

namespace slipway::api {
namespace {

std::uint64_t first_word(const Sha256& digest) {
  std::uint64_t word = 0;
  std::memcpy(&word, digest.data(), sizeof word);
  return word;
}

bool before(const KeyRing::Entry& entry, std::uint64_t word) {
  return first_word(entry.key.digest) < word;
}

}  // namespace

bool KeyRing::Entry::may_call(std::string_view model) const {
  return key.all_models || std::find(key.models.begin(), key.models.end(), model) != key.models.end();
}

KeyRing::KeyRing(std::vector<Key> keys, const KeyRing* old) {
  for (Key& key : keys) {
    Entry entry;
    if (key.rate > 0) {
      const double burst = key.burst != 0 ? key.burst : std::max(1.0, std::ceil(key.rate));
      entry.interval =
          std::max<Nanoseconds>(1, static_cast<Nanoseconds>(static_cast<double>(kSecond) / key.rate));
      entry.burst = static_cast<Nanoseconds>(burst) * entry.interval;
    }
    const Entry* const same = old != nullptr ? old->find(key.digest) : nullptr;
    entry.rate = same != nullptr ? same->rate : std::make_shared<Rate>();
    entry.key = std::move(key);
    entries_.push_back(std::move(entry));
  }
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return first_word(a.key.digest) < first_word(b.key.digest);
  });
}

const KeyRing::Entry* KeyRing::find(std::string_view presented) const {
  return find(sha256(presented));
}

// How long the search takes says something about a hash's beginning at most, and nobody can make keys to a
// hash. Whether it is the same is found out in constant time.
const KeyRing::Entry* KeyRing::find(const Sha256& digest) const {
  const std::uint64_t word = first_word(digest);
  for (auto at = std::lower_bound(entries_.begin(), entries_.end(), word, before);
       at != entries_.end() && first_word(at->key.digest) == word; ++at)
    if (equal_in_constant_time(at->key.digest, digest)) return &*at;
  return nullptr;
}

}  // namespace slipway::api
