#include "cli/store_report.hpp"

#include <algorithm>
#include <cstdio>

#include "base/units.hpp"
#include "document/builder.hpp"
#include "document/json_writer.hpp"

namespace slipway::cli {
namespace {

using lifecycle::BundleState;
using lifecycle::Label;
using lifecycle::PublishedVersion;
using Names = std::vector<std::string>;
using Row = std::vector<std::string>;

// Columns as wide as what is in them.
void print_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - row[i].size() + 2, ' ');
    }
    std::printf("%s\n", line.c_str());
  }
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string name_of(const PublishedVersion& version) {
  return version.model + " " + version.version;
}

// One JSON object on standard output.
class Json {
 public:
  Json() {
    builder_.start(document_);
    builder_.begin_object();
  }
  document::Builder& builder() { return builder_; }
  void member(std::string_view key, std::string_view text) {
    builder_.key(key);
    builder_.string(text);
  }
  void member(std::string_view key, std::uint64_t number) {
    builder_.key(key);
    builder_.uint64(number);
  }
  void member(std::string_view key, double number) {
    builder_.key(key);
    builder_.float64(number);
  }
  void member(std::string_view key, const Names& names) {
    builder_.key(key);
    builder_.begin_array();
    for (const std::string& name : names) builder_.string(name);
    builder_.end_array();
  }
  template <class Items, class Write>
  void objects(std::string_view key, const Items& items, Write write) {
    builder_.key(key);
    builder_.begin_array();
    for (const auto& item : items) {
      builder_.begin_object();
      write(item);
      builder_.end_object();
    }
    builder_.end_array();
  }
  void print() {
    builder_.end_object();
    if (builder_.finish()) std::printf("%s\n", document::to_json(document_.root()).c_str());
  }

 private:
  document::Document document_;
  document::Builder builder_;
};

void write_version(Json& json, const PublishedVersion& version) {
  json.member("model", version.model);
  json.member("version", version.version);
  json.member("state", to_text(version.state));
  json.member("digest", version.digest);
  json.member("files", version.files);
  json.member("bytes", version.bytes);
  json.member("published_at", format_utc(version.published_at));
  json.member("published_by", version.published_by);
  json.member("mentioned_at", format_utc(version.mentioned_at));
}

void write_label(Json& json, const Label& label) {
  json.member("model", label.model);
  json.member("label", label.name);
  json.member("version", label.version);
  if (label.policy) json.member("share", label.policy->share);
}

void print_inventory_json(const Inventory& inventory) {
  Json json;
  json.objects("versions", inventory.versions,
               [&](const PublishedVersion& each) { write_version(json, each); });
  json.objects("labels", inventory.labels, [&](const Label& each) { write_label(json, each); });
  json.print();
}

void print_integrity_json(const lifecycle::Integrity& integrity) {
  Json json;
  json.member("intact", std::uint64_t{integrity.intact});
  json.objects("damaged", integrity.damaged, [&](const lifecycle::Damage& damage) {
    write_version(json, damage.version);
    json.member("what", damage.what);
    json.member("labels", damage.labels);
  });
  json.member("ledger", integrity.ledger);
  json.print();
}

void print_garbage_json(const lifecycle::Garbage& garbage, bool dry_run) {
  Json json;
  json.builder().key("removed");
  json.builder().boolean(!dry_run);
  json.objects("versions", garbage.versions,
               [&](const PublishedVersion& each) { write_version(json, each); });
  json.member("strays", garbage.strays);
  json.member("bytes", garbage.bytes);
  json.print();
}

}  // namespace

Result<Inventory> read_inventory(lifecycle::Store& store) {
  Result<std::vector<PublishedVersion>> versions = store.ledger().versions();
  if (!versions) return std::move(versions).error();
  Result<std::vector<Label>> labels = store.ledger().labels();
  if (!labels) return std::move(labels).error();
  return Inventory{std::move(*versions), std::move(*labels)};
}

void print_inventory(const Inventory& inventory, bool json) {
  if (json) return print_inventory_json(inventory);
  std::vector<Row> rows = {{"MODEL", "VERSION", "LABELS", "STATE", "SIZE", "PUBLISHED", "BY", "DIGEST"}};
  for (const PublishedVersion& each : inventory.versions) {
    Names labels;
    for (const Label& label : inventory.labels)
      if (label.model == each.model && label.version == each.version) labels.push_back(label.name);
    rows.push_back({each.model, each.version, labels.empty() ? "-" : joined(labels),
                    std::string(to_text(each.state)), readable_size(each.bytes),
                    format_utc(each.published_at), each.published_by, each.digest.substr(0, 12)});
  }
  print_table(rows);
}

void print_integrity(const lifecycle::Integrity& integrity, bool json) {
  if (json) return print_integrity_json(integrity);
  for (const std::string& finding : integrity.ledger) std::printf("ledger: %s\n", finding.c_str());
  for (const lifecycle::Damage& damage : integrity.damaged) {
    std::printf("%s: %s\n", name_of(damage.version).c_str(), damage.what.c_str());
    if (!damage.labels.empty())
      std::printf("  breaks %s; publish it again, or release another version\n",
                  joined(damage.labels).c_str());
  }
  std::printf("%zu versions intact, %zu damaged\n", integrity.intact, integrity.damaged.size());
}

void print_garbage(const lifecycle::Garbage& garbage, bool dry_run, bool json) {
  if (json) return print_garbage_json(garbage, dry_run);
  std::vector<Row> rows = {{"MODEL", "VERSION", "SIZE", "LAST USED"}};
  for (const PublishedVersion& each : garbage.versions)
    rows.push_back({each.model, each.version, readable_size(each.bytes), format_utc(each.mentioned_at)});
  if (rows.size() > 1) print_table(rows);
  for (const std::string& stray : garbage.strays) std::printf("left by a crash: bundles/%s\n", stray.c_str());
  std::printf("%zu versions (%s) and %zu left-overs %s\n", garbage.versions.size(),
              readable_size(garbage.bytes).c_str(), garbage.strays.size(),
              dry_run ? "would be removed" : "removed");
}

}  // namespace slipway::cli
