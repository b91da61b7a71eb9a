// Micro-benchmarks of reading, checking and writing documents, each beside RapidJSON on the same text.
//
// Equal terms: RapidJSON is compiled as the host is, converts numbers exactly and checks UTF-8, as we do (its
// defaults do neither), parses in place into memory that is kept, and validates with one validator that is
// kept (its states in a pool instead: no faster). "whole" is what a request costs: from text to every value
// read, of ours; for RapidJSON its SAX reader into its validator, with nobody reading the values, also with
// its defaults ("rapidjson-default").
//
//   document_bench [--benchmark_...]     scripts/bench micro runs it and prints a table
#include <benchmark/benchmark.h>
#include <rapidjson/document.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "document/json_reader.hpp"
#include "document/json_writer.hpp"
#include "document/yaml_reader.hpp"
#include "sample_documents.hpp"
#include "schema/compile.hpp"

namespace {

using slipway::PaddedBuffer;
using slipway::document::Document;
using slipway::document::JsonReader;
using slipway::testing::Sample;

// What RapidJSON makes of the largest document fits.
constexpr std::size_t kPool = 16u << 20;
constexpr unsigned kExact = rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;

void require(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "document_bench: %s\n", what);
  std::exit(1);
}

// Reads every value, as a plugin does that uses them all (slipway/value.h).
double read_out(const slw_value* value) {
  double sum = 0;
  slw_value scratch;
  switch (value->kind) {
    case SLW_STRING:
      return static_cast<double>(slw_text(value).size);
    case SLW_TENSOR:
      if (const double* const numbers = slw_doubles(value); numbers != nullptr) {
        for (std::uint32_t i = 0; i < value->count; ++i) sum += numbers[i];
        return sum;
      }
      [[fallthrough]];
    case SLW_ARRAY:
      for (std::uint32_t i = 0, size = slw_length(value); i < size; ++i)
        sum += read_out(slw_element(value, i, &scratch));
      return sum;
    case SLW_OBJECT:
      for (std::uint32_t i = 0; i < value->count; ++i) {
        const slw_value* const member = slw_member(value, i);
        sum += static_cast<double>(slw_text(member).size) + read_out(member + 1);
      }
      return sum;
    default:
      return slw_number(value);
  }
}

// One sample, read by both.
struct Case {
  explicit Case(const Sample& sample) : text(sample.text) {
    schema = slipway::schema::compile_text(sample.schema, sample.name).schema;
    require(schema != nullptr, "a schema does not compile");
    require(bool(slipway::document::read_json(text, document)), "a document cannot be read");
    require(schema->accepts(document.root()), "a document is not valid");
    // By way of our reader, because one schema is YAML.
    Document schema_document;
    slipway::document::SourceMap source(sample.name);
    require(bool(slipway::document::read_yaml(sample.schema, schema_document, source)),
            "a schema cannot be read");
    rapidjson::Document parsed;
    parsed.Parse(slipway::document::to_json(schema_document.root()).c_str());
    rapidjson_schema = std::make_unique<rapidjson::SchemaDocument>(parsed);
    rapidjson_document.Parse<kExact>(text.c_str());
    rapidjson::SchemaValidator validator(*rapidjson_schema);
    require(rapidjson_document.Accept(validator), "RapidJSON finds a document invalid");
  }

  std::string text;
  std::shared_ptr<const slipway::schema::Schema> schema;
  Document document;
  std::unique_ptr<rapidjson::SchemaDocument> rapidjson_schema;
  rapidjson::Document rapidjson_document;
};

void count_bytes(benchmark::State& state, const Case& c) {
  state.SetBytesProcessed(static_cast<std::int64_t>(c.text.size()) * state.iterations());
}

void parse(benchmark::State& state, const Case& c) {
  JsonReader reader;
  PaddedBuffer buffer;
  Document document;
  for (auto _ : state) {
    buffer.clear();
    buffer.append(c.text);
    require(bool(reader.read(buffer, document)), "a document cannot be read");
  }
  count_bytes(state, c);
}

void rapidjson_parse(benchmark::State& state, const Case& c) {
  std::string buffer;
  std::vector<char> pool(kPool);
  rapidjson::MemoryPoolAllocator<> allocator(pool.data(), pool.size());
  for (auto _ : state) {
    buffer = c.text;
    allocator.Clear();
    rapidjson::Document document(&allocator);
    document.ParseInsitu<kExact>(buffer.data());
    require(!document.HasParseError(), "RapidJSON cannot read a document");
  }
  count_bytes(state, c);
}

void validate(benchmark::State& state, const Case& c) {
  for (auto _ : state) benchmark::DoNotOptimize(c.schema->accepts(c.document.root()));
}

void rapidjson_validate(benchmark::State& state, const Case& c) {
  rapidjson::SchemaValidator validator(*c.rapidjson_schema);
  for (auto _ : state) {
    validator.Reset();
    benchmark::DoNotOptimize(c.rapidjson_document.Accept(validator));
  }
}

void serialise(benchmark::State& state, const Case& c) {
  PaddedBuffer out;
  for (auto _ : state) {
    out.clear();
    slipway::document::write_json(c.document.root(), out);
    benchmark::DoNotOptimize(out.data());
  }
  count_bytes(state, c);
}

void rapidjson_serialise(benchmark::State& state, const Case& c) {
  rapidjson::StringBuffer out;
  for (auto _ : state) {
    out.Clear();
    rapidjson::Writer<rapidjson::StringBuffer> writer(out);
    c.rapidjson_document.Accept(writer);
    benchmark::DoNotOptimize(out.GetString());
  }
  count_bytes(state, c);
}

void whole(benchmark::State& state, const Case& c) {
  JsonReader reader;
  PaddedBuffer buffer;
  Document document;
  for (auto _ : state) {
    buffer.clear();
    buffer.append(c.text);
    require(bool(reader.read(buffer, document)) && c.schema->accepts(document.root()),
            "a document is not valid");
    benchmark::DoNotOptimize(read_out(document.root().node()));
  }
  count_bytes(state, c);
}

template <unsigned kFlags>
void rapidjson_whole(benchmark::State& state, const Case& c) {
  std::string buffer;
  rapidjson::Reader reader;
  rapidjson::SchemaValidator validator(*c.rapidjson_schema);
  for (auto _ : state) {
    buffer = c.text;
    validator.Reset();
    rapidjson::InsituStringStream stream(buffer.data());
    require(
        bool(reader.Parse<kFlags | rapidjson::kParseInsituFlag>(stream, validator)) && validator.IsValid(),
        "RapidJSON finds a document invalid");
  }
  count_bytes(state, c);
}

void add(const std::string& what, const std::string& sample, const std::string& who,
         void (*run)(benchmark::State&, const Case&), const Case& c) {
  benchmark::RegisterBenchmark((what + "/" + sample + "/" + who).c_str(),
                               [run, &c](benchmark::State& state) { run(state, c); });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  std::vector<std::unique_ptr<Case>> cases;
  for (const Sample& sample : slipway::testing::sample_documents(SLIPWAY_PLUGINS)) {
    const Case& c = *cases.emplace_back(std::make_unique<Case>(sample));
    add("parse", sample.name, "slipway", parse, c);
    add("parse", sample.name, "rapidjson", rapidjson_parse, c);
    add("validate", sample.name, "slipway", validate, c);
    add("validate", sample.name, "rapidjson", rapidjson_validate, c);
    add("serialise", sample.name, "slipway", serialise, c);
    add("serialise", sample.name, "rapidjson", rapidjson_serialise, c);
    add("whole", sample.name, "slipway", whole, c);
    add("whole", sample.name, "rapidjson", rapidjson_whole<kExact>, c);
    add("whole", sample.name, "rapidjson-default", rapidjson_whole<0>, c);
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
