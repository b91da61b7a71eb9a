#include "authoring/contract.hpp"

#include <algorithm>
#include <array>

#include "authoring/fault_list.hpp"
#include "authoring/judgement.hpp"
#include "authoring/mistakes.hpp"
#include "authoring/same_answer.hpp"
#include "document/json_reader.hpp"
#include "model/sample_requests.hpp"

namespace slipway::authoring {
namespace {

using document::Json;

constexpr std::size_t kProgressEvery = 50;

Json parsed(const std::string& text) {
  document::Document document;
  const Status read =
      document::read_json(text, document);  // fails only where memory does: this program wrote it
  return read ? Json::of(document.root()) : Json();
}

// What became of the requests of a check.
struct Tally {
  std::size_t answered = 0;
  std::size_t refused_by_host = 0;  // no JSON, or not what the schema wants
  std::size_t refused_by_model = 0;

  void count(const Answer& answer) {
    switch (answer.outcome) {
      case model::Outcome::answered:
        ++answered;
        break;
      case model::Outcome::malformed:
      case model::Outcome::invalid_request:
        ++refused_by_host;
        break;
      case model::Outcome::refused_by_model:
        ++refused_by_model;
        break;
      default:
        break;
    }
  }
  std::string in_words() const {
    return std::to_string(answered) + " answered, " + std::to_string(refused_by_host) +
           " refused by the schema, " + std::to_string(refused_by_model) + " by the model";
  }
};

class ContractTest {
 public:
  ContractTest(const TestSubject& subject, TestedModel model, std::uint64_t seed, std::uint32_t cases,
               TestReport& report)
      : subject_(subject),
        model_(std::move(model)),
        report_(report),
        random_(seed),
        cases_(cases),
        timeout_(subject.bundle.manifest.limits.timeout),
        seed_note_("seed " + std::to_string(seed)),
        again_("slipway test " + subject.bundle.directory.string() + " --only contract --seed " +
               std::to_string(seed) + " --cases " + std::to_string(cases)) {
    const std::size_t made_up = std::clamp<std::size_t>(cases / 50, 4, 40);
    for (const std::string& request :
         model::sample_requests(subject.bundle, subject.cases, {.made_up = made_up, .seed = seed}))
      requests_.push_back(parsed(request));
  }

  void run() {
    if (requests_.empty())
      return report_.add(
          {.name = "made-up requests",
           .skipped = "the schema suggests none, and tests/*.yaml has no case that is answered"});
    try_requests();
    try_equal_requests();
  }

 private:
  struct Drawn {
    std::uint32_t request;  // which of the sound ones is damaged
    Mistake mistake;
  };

  void try_requests() {
    FaultList faults(subject_, model_, again_);
    Tally tally;
    report_.progress("requests made up from the schema");
    for (const Json& request : requests_) {
      if (faults.is_enough()) break;
      const Answer answer = model_.ask(request.to_text());
      tally.count(answer);
      if (answer.outcome == model::Outcome::answered) answered_.push_back(request);
      if (const std::optional<Fault> fault = judge(answer, timeout_))
        faults.add("a sound request", *fault, request);
    }
    const std::vector<Drawn> drawn = draw();
    const std::size_t tried = try_mistakes(drawn, faults, tally);
    Check check{"made-up requests"};
    check.figure = std::to_string(requests_.size()) + " sound ones, " + std::to_string(tried) +
                   " with a mistake: " + tally.in_words();
    check.findings = faults.findings();
    check.notes.push_back(check.findings.empty() ? seed_note_ : "the same again: " + again_);
    if (tried < drawn.size())
      check.notes.push_back("stopped early: " + std::to_string(drawn.size() - tried) +
                            " more were not tried, since so many end the model's process");
    report_.add(std::move(check));
  }

  void try_equal_requests() {
    report_.progress("reordered members, equal numbers");
    Check check{"reordered members, and numbers written otherwise"};
    std::size_t compared = 0;
    for (const Respelling respelling : kRespellings)
      for (const Json& request : answered_) {
        const SameAnswer result = compare_answers(model_, request, respelling);
        compared += result.compared ? 1 : 0;
        if (result.difference.empty()) continue;
        check.findings.push_back(finding_of(result, request, respelling));
        break;  // one of a kind shows it
      }
    check.figure = std::to_string(compared) + " pairs answered alike";
    if (!check.findings.empty()) check.figure = std::to_string(compared) + " pairs compared";
    report_.add(std::move(check));
  }

  Finding finding_of(const SameAnswer& result, const Json& request, Respelling respelling) {
    SameAnswer last = result;
    const Json small = shrink(request, [&](const Json& smaller) {
      SameAnswer again = compare_answers(model_, smaller, respelling);
      if (again.difference.empty()) return false;
      last = std::move(again);
      return true;
    });
    const std::string text = small.to_text();
    return {std::string(to_text(respelling)) + " change the answer: " + last.difference +
                "\nwritten otherwise it is " + respell(small, respelling).to_text(),
            text, subject_.predict_command(text)};
  }

  // As many as were asked for, each kind of mistake in turn, so that the rare ones have their share.
  std::vector<Drawn> draw() {
    std::array<std::vector<Drawn>, kMistakeKinds> by_kind;
    for (std::uint32_t i = 0; i < requests_.size(); ++i)
      for (const Mistake& mistake : mistakes_.find(requests_[i], random_))
        by_kind[static_cast<std::size_t>(mistake.kind)].push_back({i, mistake});
    for (std::vector<Drawn>& kind : by_kind)
      for (std::size_t i = kind.size(); i > 1; --i) std::swap(kind[i - 1], kind[random_.below(i)]);
    std::vector<Drawn> drawn;
    for (bool more = true; more && drawn.size() < cases_;) {
      more = false;
      for (std::vector<Drawn>& kind : by_kind) {
        if (kind.empty() || drawn.size() == cases_) continue;
        drawn.push_back(std::move(kind.back()));
        kind.pop_back();
        more = true;
      }
    }
    return drawn;
  }

  // How many were tried.
  std::size_t try_mistakes(const std::vector<Drawn>& drawn, FaultList& faults, Tally& tally) {
    for (std::size_t tried = 0; tried < drawn.size(); ++tried) {
      if (faults.is_enough()) return tried;
      if (tried % kProgressEvery == 0)
        report_.progress("mistake " + std::to_string(tried) + " of " + std::to_string(drawn.size()));
      try_mistake(drawn[tried], faults, tally);
    }
    return drawn.size();
  }

  void try_mistake(const Drawn& drawn, FaultList& faults, Tally& tally) {
    const Json& sound = requests_[drawn.request];
    const Json damaged = mistakes_.changed(sound, drawn.mistake);
    const std::string place = Mistakes::pointer(sound, drawn.mistake);
    const Answer answer = model_.ask(damaged.to_text());
    tally.count(answer);
    std::optional<Fault> fault = judge(answer, timeout_);
    if (!fault) fault = judge_refusal(answer, drawn.mistake.kind, place, schema_);
    if (!fault) return;
    const std::string name(to_text(drawn.mistake.kind));
    faults.add(name + " at " + (place.empty() ? "the root" : place), *fault, damaged);
  }

  const TestSubject& subject_;
  TestedModel model_;
  TestReport& report_;
  Random random_;
  const std::uint32_t cases_;
  const Nanoseconds timeout_;
  const std::string seed_note_;
  const std::string again_;  // a shell's line that makes the same requests
  const schema::Schema& schema_ = *subject_.bundle.request.compiled.schema;
  const Mistakes mistakes_{schema_};
  std::vector<Json> requests_;  // sound ones
  std::vector<Json> answered_;  // those of them that were answered
};

}  // namespace

void test_contract(const TestSubject& subject, std::uint64_t seed, std::uint32_t cases, TestReport& report) {
  if (const std::string why = subject.why_not_tried(); !why.empty())
    return report.add({.name = "made-up requests", .skipped = why});
  Result<TestedModel> model = TestedModel::start(subject);
  if (!model) return report.add({.name = "start", .findings = {{model.error().message, "", ""}}});
  ContractTest(subject, std::move(*model), seed, cases, report).run();
}

}  // namespace slipway::authoring
