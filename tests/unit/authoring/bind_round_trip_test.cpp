// A model that answers with its request: whatever the schema accepts must come back through the types that
// bind made of it, the whole way that a request takes through the host.
#include <catch2/catch.hpp>

#include "base/file.hpp"
#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "schema/example.hpp"
#include "temporary_bundle.hpp"

using namespace slipway;
using document::Value;

namespace {

constexpr std::uint64_t kDocuments = 3000;

class Echo {
 public:
  Echo() : bundle_("") {
    namespace fs = std::filesystem;
    for (const char* const file : {"model.yaml", "schemas/request.yaml", "schemas/response.yaml"})
      fs::copy_file(fs::path(SLIPWAY_ECHO_BUNDLE) / file, bundle_.bundle() / file,
                    fs::copy_options::overwrite_existing);
    fs::copy_file(SLIPWAY_ECHO_PLUGIN, bundle_.bundle() / "lib" / model::host_architecture() / "echo.so");
    Result<std::unique_ptr<model::ModelVersion>> loaded = bundle_.load();
    if (!loaded) FAIL(loaded.error().message);
    version_ = std::move(*loaded);
  }

  // The answer, or "POINTER: MESSAGE" of the refusal.
  std::string ask(const std::string& request, model::Outcome expected = model::Outcome::answered) {
    model::Call call{document::Limits()};
    call.deadline = monotonic_now() + 60 * kSecond;
    PaddedBuffer body(request), out;
    model::infer(*version_, call, body, out);
    INFO(request << "\n" << call.error.message);
    REQUIRE(call.outcome == expected);
    return expected == model::Outcome::answered ? std::string(out.view())
                                                : call.error.pointer + ": " + call.error.message;
  }

  const schema::Schema& schema() const { return *version_->bundle().request.compiled.schema; }

 private:
  TemporaryBundle bundle_;
  std::unique_ptr<model::ModelVersion> version_;
};

document::Document parse(const std::string& text) {
  document::Document parsed;
  REQUIRE(document::read_json(text, parsed));
  return parsed;
}

// What differs is said in docs/bind.md: an optional null is left out, and a default is written.
bool is_same(Value sent, Value answered) {
  std::uint32_t found = 0;
  for (std::uint32_t i = 0; i < sent.size(); ++i) {
    const slw_value* const member = answered.find(sent.key(i));
    if (member == nullptr && sent.key(i) == "whenever" && sent.member(i).is_null()) continue;
    if (member == nullptr || !document::equal(sent.member(i), Value(member))) return false;
    ++found;
  }
  if (sent.find("level") == nullptr) found += Value(answered.find("level")).number() == 0.5 ? 1 : 0;
  if (sent.find("mode") == nullptr) found += Value(answered.find("mode")).text() == "exact" ? 1 : 0;
  return found == answered.size();
}

}  // namespace

TEST_CASE("every document that the schema accepts comes back") {
  Echo model;
  std::size_t members = 0;
  for (std::uint64_t seed = 0; seed < kDocuments; ++seed) {
    schema::ExampleOptions options;
    options.seed = seed;
    const Result<document::Document> sent = schema::example(model.schema(), options);
    REQUIRE(sent);
    const std::string text = document::to_json(sent->root());
    const std::string answer = model.ask(text);
    INFO("seed " << seed << "\n" << text << "\n" << answer);
    REQUIRE(is_same(sent->root(), parse(answer).root()));
    members += sent->root().size();
  }
  CHECK(members > 20 * kDocuments);
}

TEST_CASE("an order of members that is not the schema's makes no difference") {
  Echo model;
  const std::string text =
      R"({"":7,"a_b":2,"place":{"y":2.0,"x":1.0},"flag":true,"a-b":1,"nul \u0000, quote \" and backslash \\":9,)"
      R"("anything":{"deep":[1,"2",null,{"x":18446744073709551615}]},"plan":"half \"and\" half","word":"ä\u0000z",)"
      R"("maybe":null,"ratio":0.5,"class":3,"count":-5,"größe":4})";
  const std::string answer = model.ask(text);
  INFO(answer);
  CHECK(is_same(parse(text).root(), parse(answer).root()));
}

TEST_CASE("what the schema allows and the type does not hold is refused with its pointer") {
  Echo model;
  const auto refusal = [&](const std::string& count, const std::string& integers) {
    return model.ask(R"({"flag":true,"count":)" + count + R"(,"integers":)" + integers +
                         R"(,"ratio":1,"word":"","plan":"","maybe":"","anything":1,)"
                         R"("place":{"x":1,"y":2},"class":1,"a-b":1,"a_b":1})",
                     model::Outcome::refused_by_model);
  };
  CHECK(refusal("9223372036854775808", "[1]") == "/count: expected an integer of 64 bits, found an integer");
  CHECK(refusal("1", "[1,100000000000000000000]") ==
        "/integers/1: expected an integer of 64 bits, found a number");
}
