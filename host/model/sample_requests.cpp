#include "model/sample_requests.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "document/json_writer.hpp"
#include "schema/example.hpp"

namespace slipway::model {

std::vector<std::string> sample_requests(const Bundle& bundle, const std::vector<GoldenCase>& cases,
                                         const SampleOptions& options) {
  std::vector<std::string> requests;
  const auto add = [&](std::string request) {
    if (std::find(requests.begin(), requests.end(), request) == requests.end())
      requests.push_back(std::move(request));
  };
  for (const GoldenCase& golden : cases)
    if (golden.response && requests.size() < options.golden) add(golden.request);
  Random random(options.seed);
  for (std::size_t i = 0; i < options.made_up; ++i) {
    schema::ExampleOptions example;
    example.seed = i == 0 ? 0 : random.next() | 1;  // the first is the readable one
    example.values = 2'000;
    example.length = 10'000;
    const Result<document::Document> made = schema::example(*bundle.request.compiled.schema, example);
    if (made) add(document::to_json(made->root()));
  }
  return requests;
}

}  // namespace slipway::model
