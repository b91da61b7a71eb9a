// One small model with one flaw, which its parameter `flaw` chooses: what `slipway test` must find. Without
// one it is sound: it answers {"value": 2 * value + the sum of items + bonus, "text": value as "0.00"}.
#include <slipway/model.hpp>

#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

int calls = 0;         // of the flaw `global`
double scratch = 0.0;  // of the flaw `race`

enum class Flaw {
  none,
  off_by_one,
  unchecked_optional,
  unicode,
  hang,
  exception,
  wrong_response,
  overflow,
  order,
  spelling,
  locale_printf,
  locale_stream,
  clock,
  remembers,
  process,
  race,
  leak,
  slow,
  global,
  second_load,
  wrong
};

Flaw flaw_called(const std::string& name) {
  static const std::map<std::string, Flaw> flaws = {{"none", Flaw::none},
                                                    {"off_by_one", Flaw::off_by_one},
                                                    {"unchecked_optional", Flaw::unchecked_optional},
                                                    {"unicode", Flaw::unicode},
                                                    {"hang", Flaw::hang},
                                                    {"exception", Flaw::exception},
                                                    {"wrong_response", Flaw::wrong_response},
                                                    {"overflow", Flaw::overflow},
                                                    {"order", Flaw::order},
                                                    {"spelling", Flaw::spelling},
                                                    {"locale_printf", Flaw::locale_printf},
                                                    {"locale_stream", Flaw::locale_stream},
                                                    {"clock", Flaw::clock},
                                                    {"remembers", Flaw::remembers},
                                                    {"process", Flaw::process},
                                                    {"race", Flaw::race},
                                                    {"leak", Flaw::leak},
                                                    {"slow", Flaw::slow},
                                                    {"global", Flaw::global},
                                                    {"second_load", Flaw::second_load},
                                                    {"wrong", Flaw::wrong}};
  return flaws.at(name);
}

double nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_nsec);
}

class Flawed {
 public:
  explicit Flawed(const slipway::Setup& setup)
      : flaw_(flaw_called(setup.parameters().value_or("flaw", std::string("none")))) {
    if (flaw_ != Flaw::second_load) return;
    if (getenv("FLAWED_MODEL_WAS_HERE") != nullptr)
      throw std::runtime_error("this process had one of me before");
    setenv("FLAWED_MODEL_WAS_HERE", "yes", 1);
  }

  void predict(slipway::Request request, slipway::Response& response) const {
    const double value = request["value"].number();
    double result = 2 * value + sum_of_items(request) + bonus(request);
    look_at_text(request);
    result += more(request, value, result);
    if (flaw_ == Flaw::exception && value < 0) throw std::runtime_error("negative values are for tomorrow");
    response.object([&](auto& out) {
      if (flaw_ == Flaw::wrong_response && value > 1000)
        out["value"] = "a lot";
      else
        out["value"] = result;
      out["text"] = written(value);
    });
  }

 private:
  double sum_of_items(slipway::Request request) const {
    const auto items = request.find("items");
    if (!items) return 0;
    const std::span<const double> numbers = items->numbers();
    double sum = 0;
    for (const double number : numbers) sum += number;
    // The last element, also of none.
    if (flaw_ == Flaw::off_by_one) sum += 0 * *(numbers.data() + static_cast<ssize_t>(numbers.size()) - 1);
    return sum;
  }

  double bonus(slipway::Request request) const {
    if (flaw_ != Flaw::unchecked_optional) return request.value_or("bonus", 0.0);
    const volatile slw_value* const member = slw_find(request.node(), "bonus", 5);
    return member->as.f64 * 0;
  }

  void look_at_text(slipway::Request request) const {
    const std::string text(request.value_or("text", std::string("-")));
    if (flaw_ == Flaw::hang && text.empty())
      for (;;) pause();
    if (flaw_ != Flaw::unicode) return;
    for (const char c : text)
      if (static_cast<unsigned char>(c) >= 0x80) std::abort();
  }

  // What the flaws add to the result.
  double more(slipway::Request request, double value, double result) const {
    switch (flaw_) {
      case Flaw::overflow:
        return value * 1e304;
      case Flaw::order:
        for (auto [name, member] : request.members()) return name == "value" ? 0 : 1;
        return 0;
      case Flaw::spelling:
        return slw_find(request.node(), "value", 5)->kind == SLW_INT64 ? 1 : 0;
      case Flaw::clock:
        return nanoseconds();
      case Flaw::remembers: {
        const double before = last_;
        last_ = value;
        return before;
      }
      case Flaw::process:
        return static_cast<double>((reinterpret_cast<std::uintptr_t>(&calls) >> 12) & 0xFFFFFF);
      case Flaw::race: {
        scratch = result;
        usleep(50);
        return scratch - result;
      }
      case Flaw::leak: {
        void* volatile lost = std::malloc(64);
        return lost == nullptr ? 1 : 0;
      }
      case Flaw::slow:
        if (value <= 3) usleep(60'000);
        return 0;
      case Flaw::global:
        ++calls;
        return 0;
      case Flaw::wrong:
        return 1;
      default:
        return 0;
    }
  }

  std::string written(double value) const {
    if (flaw_ == Flaw::locale_stream) {
      std::ostringstream out;
      out << value;
      return out.str();
    }
    if (flaw_ != Flaw::locale_printf) return "0.00";
    char text[400];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
  }

  const Flaw flaw_;
  mutable double last_ = 0;
};

}  // namespace

SLIPWAY_PLUGIN(Flawed)
