// How long a model takes for one request: alone, and with others in a batch; nothing but the model's own
// time.
//   batch_rows BUNDLE REQUEST.json     a bundle that batches, and whose plugin answers this request
// Prints a line each: "alone" or the batch's size, and nanoseconds a request, the median of many calls.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "base/file.hpp"
#include "model/inference.hpp"

using namespace slipway;

namespace {

constexpr std::size_t kRounds = 301;
constexpr std::size_t kMostBytes = 1u << 20;

struct Asked {
  explicit Asked(std::string_view request) : body(request) {}
  model::Call call{document::Limits()};
  PaddedBuffer body;
  PaddedBuffer out;
};

// Nanoseconds of the model's time for `count` requests.
double ask(model::ModelVersion& version, const std::string& request, std::size_t count, bool together) {
  std::vector<std::unique_ptr<Asked>> asked;
  std::vector<model::Call*> calls;
  std::vector<model::BatchItem> scratch;
  for (std::size_t i = 0; i < count; ++i) {
    Asked& each = *asked.emplace_back(std::make_unique<Asked>(request));
    each.call.deadline = monotonic_now() + 60 * kSecond;
    model::prepare(version, each.call, each.body);
    calls.push_back(&each.call);
  }
  if (together)
    model::predict_together(version, calls, scratch);
  else
    model::predict(version, *calls.front());
  for (const auto& each : asked) {
    model::conclude(version, each->call, each->out);
    if (each->call.outcome != model::Outcome::answered) {
      std::fprintf(stderr, "batch_rows: %s\n", each->call.error.message.c_str());
      std::exit(1);
    }
  }
  return static_cast<double>(calls.front()->predict_time);
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return std::fputs("batch_rows BUNDLE REQUEST.json\n", stderr), 2;
  Result<std::string> request = read_file(words[2], kMostBytes);
  Result<model::Bundle> bundle = model::open_bundle(words[1]);
  if (!request || !bundle)
    return std::fputs("batch_rows: the bundle or the request cannot be read\n", stderr), 1;
  const std::size_t most = bundle->manifest.batching ? bundle->manifest.batching->size : 0;
  Result<std::unique_ptr<model::ModelVersion>> version =
      model::ModelVersion::load(std::move(*bundle), std::filesystem::path());
  if (!version || most == 0)
    return std::fprintf(stderr, "batch_rows: %s\n",
                        version ? "it does not batch" : version.error().message.c_str()),
           1;

  std::vector<std::size_t> sizes{0};  // alone
  for (std::size_t size = 1; size <= most; size *= 2) sizes.push_back(size);
  std::vector<std::vector<double>> times(sizes.size());
  for (std::size_t round = 0; round < kRounds; ++round)  // in turns: a busy moment falls on all of them
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const std::size_t size = std::max<std::size_t>(sizes[i], 1);
      (void)ask(**version, *request, size, sizes[i] != 0);  // what the size before has left in the caches
      times[i].push_back(ask(**version, *request, size, sizes[i] != 0) / static_cast<double>(size));
    }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    std::nth_element(times[i].begin(), times[i].begin() + kRounds / 2, times[i].end());
    const std::string what = sizes[i] == 0 ? "alone" : std::to_string(sizes[i]);
    std::printf("%s %.0f\n", what.c_str(), times[i][kRounds / 2]);
  }
}
