#include "schema/pattern_search.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <unordered_set>

#include "base/utf8.hpp"

namespace slipway::schema {
namespace {

using Outcome = TextAnswer::Outcome;

constexpr std::uint64_t kLongestText = 10'000;  // written out

// Where a walk along UTF-8 stands: which bytes may follow.
enum Utf8 : std::uint8_t {
  kBetween,
  kOneMore,
  kTwoMore,
  kThreeMore,
  kAfterE0,
  kAfterEd,
  kAfterF0,
  kAfterF4,
  kBroken
};

Utf8 utf8_next(Utf8 at, unsigned byte) {
  const auto within = [&](unsigned low, unsigned high, Utf8 next) {
    return byte >= low && byte <= high ? next : kBroken;
  };
  switch (at) {
    case kBetween:
      if (byte < 0x80) return kBetween;
      if (byte < 0xC2 || byte > 0xF4) return kBroken;
      if (byte < 0xE0) return kOneMore;
      if (byte < 0xF0) return byte == 0xE0 ? kAfterE0 : (byte == 0xED ? kAfterEd : kTwoMore);
      return byte == 0xF0 ? kAfterF0 : (byte == 0xF4 ? kAfterF4 : kThreeMore);
    case kOneMore:
      return within(0x80, 0xBF, kBetween);
    case kTwoMore:
      return within(0x80, 0xBF, kOneMore);
    case kThreeMore:
      return within(0x80, 0xBF, kTwoMore);
    case kAfterE0:
      return within(0xA0, 0xBF, kOneMore);
    case kAfterEd:
      return within(0x80, 0x9F, kOneMore);
    case kAfterF0:
      return within(0x90, 0xBF, kTwoMore);
    case kAfterF4:
      return within(0x80, 0x8F, kTwoMore);
    case kBroken:
      break;
  }
  return kBroken;
}

// One breadth-first walk. A place is a state of each automaton, one of UTF-8, and the characters so far as
// far as they matter.
class Walk {
 public:
  Walk(std::vector<const Automaton*> automata, std::size_t matching, std::uint64_t min, std::uint64_t max,
       std::size_t most_places)
      : automata_(std::move(automata)), matching_(matching), min_(min), max_(max), most_places_(most_places) {
    most_counted_ = max_ == TextQuery::kUnbounded ? min_ : std::max(min_, max_ + 1);
  }

  TextAnswer find() {
    if (most_counted_ > most_places_) return {};
    choose_bytes();
    std::vector<std::uint32_t> states;
    for (const Automaton* const automaton : automata_) states.push_back(automaton->start());
    add({std::move(states), kBetween, 0, kNoParent, 0});
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (wanted(places_[i])) return {Outcome::found, text_to(i)};
      if (places_.size() > most_places_) return {};
      follow(i);
    }
    return {Outcome::none, {}};
  }

  std::size_t places() const { return places_.size(); }

 private:
  static constexpr std::size_t kNoParent = ~std::size_t{0};

  struct Place {
    std::vector<std::uint32_t> states;
    Utf8 utf8;
    std::uint64_t count;
    std::size_t parent;
    unsigned char byte;  // that led here
  };

  // One of each set of bytes that nothing tells apart, those that are good to read first.
  void choose_bytes() {
    std::vector<unsigned char> order;
    for (const auto& [low, high] : {std::pair{'a', 'z'}, {'0', '9'}, {'A', 'Z'}, {' ', '~'}})
      for (int byte = low; byte <= high; ++byte) order.push_back(static_cast<unsigned char>(byte));
    for (unsigned byte = 0; byte < 256; ++byte) order.push_back(static_cast<unsigned char>(byte));
    std::map<std::vector<unsigned>, unsigned char> chosen;
    for (const unsigned char byte : order) {
      std::vector<unsigned> classes;
      for (const Utf8 at : {kBetween, kOneMore, kAfterE0, kAfterF0, kAfterF4})
        classes.push_back(utf8_next(at, byte));
      for (const Automaton* const automaton : automata_) classes.push_back(automaton->class_of(byte));
      if (chosen.try_emplace(std::move(classes), byte).second) bytes_.push_back(byte);
    }
  }

  void follow(std::size_t from) {
    for (const unsigned char byte : bytes_) {
      const Utf8 utf8 = utf8_next(places_[from].utf8, byte);
      if (utf8 == kBroken) continue;
      const bool begins = places_[from].utf8 == kBetween;
      const std::uint64_t count = std::min(places_[from].count + (begins ? 1 : 0), most_counted_);
      if (count > max_) continue;
      std::vector<std::uint32_t> states = places_[from].states;
      for (std::size_t i = 0; i < states.size(); ++i) states[i] = automata_[i]->next(states[i], byte);
      add({std::move(states), utf8, count, from, byte});
    }
  }

  void add(Place place) {
    std::string key(reinterpret_cast<const char*>(place.states.data()),
                    place.states.size() * sizeof(std::uint32_t));
    key.append(reinterpret_cast<const char*>(&place.count), sizeof place.count)
        .push_back(static_cast<char>(place.utf8));
    if (known_.insert(std::move(key)).second) places_.push_back(std::move(place));
  }

  bool wanted(const Place& place) const {
    if (place.utf8 != kBetween || place.count < min_) return false;
    for (std::size_t i = 0; i < automata_.size(); ++i)
      if (automata_[i]->accepts(place.states[i]) != (i < matching_)) return false;
    return true;
  }

  std::string text_to(std::size_t at) const {
    std::string text;
    for (; places_[at].parent != kNoParent; at = places_[at].parent)
      text.push_back(static_cast<char>(places_[at].byte));
    std::reverse(text.begin(), text.end());
    return text;
  }

  std::vector<const Automaton*> automata_;
  std::size_t matching_;  // the first of them must match
  std::uint64_t min_;
  std::uint64_t max_;
  std::uint64_t most_counted_;
  std::size_t most_places_;
  std::vector<unsigned char> bytes_;
  std::vector<Place> places_;
  std::unordered_set<std::string> known_;
};

bool contradict(const TextQuery& query) {
  if (query.min_length > query.max_length) return true;
  for (const Pattern* const in : query.matching)
    for (const Pattern* const out : query.avoiding)
      if (in->source() == out->source()) return true;
  return false;
}

// What was found without a look at RE2's patterns may be refused by one of them.
bool answers(const TextQuery& query, const std::string& text) {
  const std::size_t length = count_characters(text);
  const auto matches = [&](const Pattern* pattern) { return pattern->matches(text); };
  return length >= query.min_length && length <= query.max_length &&
         std::all_of(query.matching.begin(), query.matching.end(), matches) &&
         std::none_of(query.avoiding.begin(), query.avoiding.end(), matches);
}

}  // namespace

const TextAnswer& PatternSearch::find(const TextQuery& query) {
  const auto [at, added] = known_.try_emplace(query);
  if (added) at->second = search(query);
  return at->second;
}

TextAnswer PatternSearch::search(const TextQuery& query) {
  if (contradict(query)) return {Outcome::none, {}};
  if (query.matching.empty() && query.avoiding.empty()) {
    const std::uint64_t length = std::max<std::uint64_t>(query.min_length, query.max_length > 0 ? 1 : 0);
    return {Outcome::found, std::string(length <= kLongestText ? length : 0, 'a')};
  }
  std::vector<const Automaton*> automata;
  std::size_t matching = 0;
  for (const auto* patterns : {&query.matching, &query.avoiding}) {
    for (const Pattern* const pattern : *patterns)
      if (pattern->is_automaton()) automata.push_back(&pattern->automaton());
    if (patterns == &query.matching) matching = automata.size();
  }
  const auto walk = [&](std::uint64_t min, std::uint64_t max) {
    Walk along(automata, matching, min, max, std::min(kMostPlaces, kMostPlacesInAll - places_));
    TextAnswer answer = along.find();
    places_ = std::min(places_ + along.places(), kMostPlacesInAll);
    return answer;
  };
  // Counting characters multiplies the places to look at, and is seldom needed.
  TextAnswer answer = walk(0, TextQuery::kUnbounded);
  if (answer.outcome == Outcome::found && !answers(query, answer.text))
    answer = walk(query.min_length, query.max_length);
  if (answer.outcome == Outcome::found && !answers(query, answer.text)) return {};
  return answer;
}

}  // namespace slipway::schema
