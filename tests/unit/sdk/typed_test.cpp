#include "slipway/typed.hpp"

#include "slipway/model.hpp"

#include <catch2/catch.hpp>

#include "test_host.hpp"

using slipway::test::Host;
using slipway::test::LoadedModel;
using slipway::test::Outcome;

// As `slipway bind` writes them.
namespace shop {

enum class Kind { plain, odd };

struct Line {
  std::int64_t count = 0;
  std::optional<double> price{};
};

struct Order {
  std::string_view name;
  std::vector<Line> lines;
  std::span<const double> weights;
  Kind kind = Kind::odd;
  std::optional<std::string_view> note;
  std::shared_ptr<Order> next{};
  std::optional<slipway::Value> more{};
};

struct Bill {
  double total = 0;
  std::vector<Line> lines;
  std::vector<double> weights;
  Kind kind{};
  std::optional<std::string> note;
  std::shared_ptr<Bill> next{};
  slipway::Json more;
};

constexpr auto slipway_texts(Kind) {
  return std::to_array<std::string_view>({"plain", {"od\0d", 4}});
}

constexpr std::size_t slipway_required(const Line&) {
  return 1;
}
inline void slipway_read(Line& it, slipway::detail::MemberReader& member) {
  switch (member.hash()) {
    case slipway::key_hash("count"):
      member.required("count", it.count);
      break;
    case slipway::key_hash("price"):
      member.optional("price", it.price);
      break;
  }
}

constexpr std::size_t slipway_required(const Order&) {
  return 4;
}
inline void slipway_read(Order& it, slipway::detail::MemberReader& member) {
  switch (member.hash()) {
    case slipway::key_hash("name"):
      member.required("name", it.name);
      break;
    case slipway::key_hash("lines"):
      member.required("lines", it.lines);
      break;
    case slipway::key_hash("weights"):
      member.required("weights", it.weights);
      break;
    case slipway::key_hash("kind"):
      member.optional("kind", it.kind);
      break;
    case slipway::key_hash("note"):
      member.required("note", it.note);
      break;
    case slipway::key_hash("next"):
      member.optional("next", it.next);
      break;
    case slipway::key_hash("m\0re"):
      member.optional("m\0re", it.more);
      break;
  }
}

inline void slipway_write(const Line& it, slipway::ObjectWriter& out) {
  out.required("count", it.count);
  out.optional("price", it.price);
}

inline void slipway_write(const Bill& it, slipway::ObjectWriter& out) {
  out.required("total", it.total);
  out.required("lines", it.lines);
  out.required("weights", it.weights);
  out.required("kind", it.kind);
  out.required("note", it.note);
  out.optional("next", it.next);
  out.optional("more", it.more);
}

}  // namespace shop

namespace {

constexpr std::string_view kSmall = R"({"name":"a","lines":[],"weights":[],"note":null})";

// Reads an order and answers what a test makes of it.
class Till {
 public:
  explicit Till(const slipway::Setup&) {}
  shop::Bill predict(const shop::Order& order, const slipway::Context& context) const {
    shop::Bill bill;
    bill.lines = order.lines;
    bill.weights.assign(order.weights.begin(), order.weights.end());
    bill.kind = order.kind;
    if (order.note) bill.note = std::string(*order.note).append(context.request_id());
    if (order.next) bill.next = std::make_shared<shop::Bill>(predict(*order.next, context));
    if (order.more) bill.more = slipway::Json(*order.more);
    for (const shop::Line& line : order.lines)
      bill.total += static_cast<double>(line.count) * line.price.value_or(1);
    return bill;
  }
};

// Without a Context; and what it takes and gives are no structs.
class Mean {
 public:
  explicit Mean(const slipway::Setup&) {}
  double predict(std::span<const double> numbers) const noexcept {
    double sum = 0;
    for (const double number : numbers) sum += number;
    return sum / static_cast<double>(numbers.size());
  }
};

struct NotConst {
  explicit NotConst(const slipway::Setup&) {}
  double predict(const shop::Order&) { return 0; }
};
struct Silent {
  explicit Silent(const slipway::Setup&) {}
  void predict(const shop::Order&) const {}
};
struct Untyped {
  explicit Untyped(const slipway::Setup&) {}
  double predict(float) const { return 0; }
};
static_assert(slipway::detail::PredictsTypedWithContext<Till> && !slipway::detail::PredictsTyped<Till>);
static_assert(slipway::detail::PredictsTyped<Mean> && !slipway::detail::PredictsOnlyMutable<Mean>);
static_assert(slipway::detail::PredictsOnlyMutable<NotConst>);
static_assert(!slipway::detail::PredictsAtAll<Silent> && !slipway::detail::PredictsOnlyMutable<Silent>);
static_assert(slipway::detail::PredictsTyped<Untyped> &&
              !slipway::Readable<slipway::detail::TypedRequest<Untyped>>);

Outcome answer_of(std::string_view order) {
  static const slw_plugin plugin = slipway::detail::plugin_table<Till>("till", "");
  const Host host;
  LoadedModel model(plugin, host);
  return model.predict(order);
}

std::string refusal_of(std::string_view order) {
  const Outcome outcome = answer_of(order);
  CHECK(outcome.status == SLW_INVALID_ARGUMENT);
  return outcome.pointer + ": " + outcome.message;
}

}  // namespace

TEST_CASE("a typed model reads a struct and writes one") {
  CHECK(answer_of(
            R"({"name":"a","lines":[{"count":2,"price":1.5},{"count":4}],"weights":[1,2.5],"kind":"plain",)"
            R"("note":"n","m\u0000re":{"x":[1,1.0,true,null,"t",{}]}})")
            .json == R"({"total":7.0,"lines":[{"count":2,"price":1.5},{"count":4}],"weights":[1.0,2.5],)"
                     R"("kind":"plain","note":"nr-1","more":{"x":[1,1.0,true,null,"t",{}]}})");
}

TEST_CASE("what is absent is written as the schema has it") {
  CHECK(answer_of(kSmall).json ==
        R"({"total":0.0,"lines":[],"weights":[],"kind":"od\u0000d","note":null,"more":null})");
}

TEST_CASE("a struct holds others of its kind") {
  const Outcome outcome =
      answer_of(R"({"name":"a","lines":[],"weights":[],"note":null,"next":)" + std::string(kSmall) + "}");
  CHECK(outcome.json.find(R"("next":{"total":0.0)") != std::string::npos);
}

TEST_CASE("members come in any order, and others between them are passed over") {
  CHECK(
      answer_of(
          R"({"x":1,"note":"z","weights":[3],"y":2,"lines":[{"price":2,"odd":[],"count":5}],"name":"","z":[]})")
          .json == R"({"total":10.0,"lines":[{"count":5,"price":2.0}],"weights":[3.0],"kind":"od\u0000d",)"
                   R"("note":"zr-1","more":null})");
}

TEST_CASE("a member of a struct is found in a wide object") {
  std::string order = "{";
  for (int i = 0; i < 50; ++i) order += "\"x" + std::to_string(i) + "\":0,";
  CHECK(answer_of(order + R"("note":"z","lines":[],"weights":[],"name":""})").json.find("\"zr-1\"") !=
        std::string::npos);
}

TEST_CASE("what does not fit is refused with its pointer") {
  CHECK(refusal_of("[]") == ": expected an object, found an array");
  CHECK(refusal_of(R"({"name":1})") == "/name: expected a string, found an integer");
  CHECK(refusal_of(R"({"name":"a","weights":[]})") == ": a member that the model needs is missing");
  CHECK(refusal_of(R"({"name":"a","lines":[{"count":1},{"count":1e19}]})") ==
        "/lines/1/count: expected an integer of 64 bits, found a number");
  CHECK(refusal_of(R"({"name":"a","lines":[{"count":1,"price":"x"}]})") ==
        "/lines/0/price: expected a number, found a string");
  CHECK(refusal_of(R"({"name":"a","lines":[],"weights":[],"kind":"od","note":null})") ==
        "/kind: is none of the values that the model was built for");
}

TEST_CASE("a model that takes and gives no structs") {
  static const slw_plugin plugin = slipway::detail::plugin_table<Mean>("mean", "");
  const Host host;
  LoadedModel model(plugin, host);
  CHECK(model.predict("[1,2.5,1]").json == "1.5");
  CHECK(model.predict("[1,2]").json == "1.5");
}

TEST_CASE("a value is read as a struct in a hand-written model, too") {
  const auto memory = slipway::test::parse(R"({"line":{"count":3}})");
  const slipway::Document document(memory.root().node());
  CHECK(slipway::read<shop::Line>(document.root()["line"]).count == 3);
  CHECK(slipway::read<std::vector<std::optional<bool>>>(
            slipway::Document(slipway::test::parse("[true,null]").root().node()).root()) ==
        std::vector<std::optional<bool>>{true, std::nullopt});
}

TEST_CASE("an enum's number that is no value has no text") {
  CHECK(slipway::detail::text_of(shop::Kind::odd).size() == 4);
  CHECK(slipway::detail::text_of(static_cast<shop::Kind>(7)).empty());
}

TEST_CASE("a Value of its own is null") {
  CHECK(slipway::Value().is_null());
  CHECK(slipway::Value().pointer().empty());
  CHECK_THROWS_AS(slipway::Value().text(), slipway::InvalidArgument);
}
