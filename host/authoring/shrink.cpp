#include "authoring/shrink.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/utf8.hpp"

namespace slipway::authoring {
namespace {

using document::Json;

class Shrinker {
 public:
  Shrinker(Json document, const std::function<bool(const Json&)>& fails, const ShrinkBudget& budget)
      : whole_(std::move(document)),
        fails_(fails),
        attempts_(budget.attempts),
        deadline_(monotonic_now() + budget.time) {}

  Json run() {
    do {
      progressed_ = false;
      simplify(whole_);
    } while (progressed_ && !spent());
    return std::move(whole_);
  }

 private:
  bool spent() const { return attempts_ == 0 || monotonic_now() > deadline_; }

  // `at`, a part of the whole, becomes `other` if that fails as well.
  bool try_instead(Json& at, Json other) {
    if (spent() || at == other) return false;
    --attempts_;
    std::swap(at, other);
    if (!fails_(whole_)) {
      std::swap(at, other);
      return false;
    }
    progressed_ = true;
    return true;
  }

  void simplify(Json& at) {
    if (at.is_object() || at.is_array()) {
      leave_out_children(at);
      for (Json& child : at.children) simplify(child);
    } else if (at.is_string()) {
      shorten(at);
    } else if (at.is_number()) {
      simplify_number(at);
    }
  }

  // Half of them at once, then ever fewer.
  void leave_out_children(Json& at) {
    for (std::size_t part = at.children.size(); part > 0 && !spent(); part /= 2)
      for (std::size_t begin = 0; begin < at.children.size() && !spent();) {
        Json fewer = at;
        const std::size_t end = std::min(begin + part, fewer.children.size());
        for (std::size_t i = end; i > begin; --i) fewer.erase(i - 1);
        if (!try_instead(at, std::move(fewer))) begin += part;
      }
  }

  void shorten(Json& at) {
    if (try_instead(at, Json::string("")) || try_instead(at, Json::string("a"))) return;
    for (std::size_t part = at.text.size() / 2; part > 0 && !spent(); part /= 2)
      for (std::size_t begin = 0; begin < at.text.size() && !spent();) {
        std::string fewer = at.text;
        fewer.erase(begin, part);
        // A part that begins or ends within a character is none.
        if (!is_utf8(fewer) || !try_instead(at, Json::string(fewer))) begin += part;
      }
  }

  void simplify_number(Json& at) {
    for (const char* const simple : {"0", "1", "-1"}) {
      if (at.text == simple) return;
      if (try_instead(at, Json::literal(simple))) return;
    }
    const std::size_t fraction = at.text.find('.');
    if (fraction != std::string::npos) try_instead(at, Json::literal(at.text.substr(0, fraction)));
    if (at.text.find_first_not_of("-0123456789") != std::string::npos) return;
    approach_zero(at);
  }

  // The nearest to 0 that fails, where all beyond it do; by halves.
  void approach_zero(Json& at) {
    long long fails = 0;
    if (std::from_chars(at.text.data(), at.text.data() + at.text.size(), fails).ec != std::errc()) return;
    for (long long passes = 0; std::llabs(fails - passes) > 1 && !spent();) {
      const long long middle = passes + (fails - passes) / 2;
      (try_instead(at, Json::number(middle)) ? fails : passes) = middle;
    }
  }

  Json whole_;
  const std::function<bool(const Json&)>& fails_;
  std::uint32_t attempts_;
  const Nanoseconds deadline_;
  bool progressed_ = false;
};

}  // namespace

Json shrink(Json document, const std::function<bool(const Json&)>& fails, const ShrinkBudget& budget) {
  return Shrinker(std::move(document), fails, budget).run();
}

}  // namespace slipway::authoring
