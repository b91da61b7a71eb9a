#include "plugin/plugin_table.hpp"

#include <link.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::plugin {
namespace {

constexpr std::size_t kLongestText = 255;

struct Segment {
  std::uintptr_t begin, size;
  bool readable, executable;
  bool holds(std::uintptr_t address) const { return address >= begin && address - begin < size; }
};

// Where one loaded library is in memory.
class Image {
 public:
  // Of the library that `inside` belongs to; empty if there is none.
  explicit Image(const void* inside) : inside_(reinterpret_cast<std::uintptr_t>(inside)) {
    dl_iterate_phdr(&Image::visit, this);
  }

  bool is_code(std::uintptr_t address) const {
    const Segment* segment = find(address);
    return segment != nullptr && segment->executable;
  }

  // The bytes from `address` to the end of its segment.
  std::size_t readable_from(const void* address) const {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const Segment* segment = find(at);
    return segment != nullptr && segment->readable ? segment->size - (at - segment->begin) : 0;
  }

 private:
  static int visit(dl_phdr_info* info, std::size_t, void* self) {
    auto& image = *static_cast<Image*>(self);
    image.segments_.clear();
    for (const ElfW(Phdr) & header : std::span(info->dlpi_phdr, info->dlpi_phnum))
      if (header.p_type == PT_LOAD)
        image.segments_.push_back({info->dlpi_addr + header.p_vaddr, header.p_memsz,
                                   (header.p_flags & PF_R) != 0, (header.p_flags & PF_X) != 0});
    if (image.find(image.inside_) != nullptr) return 1;
    image.segments_.clear();
    return 0;
  }

  const Segment* find(std::uintptr_t address) const {
    const auto found = std::find_if(segments_.begin(), segments_.end(),
                                    [&](const Segment& each) { return each.holds(address); });
    return found == segments_.end() ? nullptr : &*found;
  }

  std::uintptr_t inside_;
  std::vector<Segment> segments_;
};

Error bad_table(const std::string& what) {
  return {Code::invalid_argument, "the plugin's table " SLW_PLUGIN_SYMBOL " " + what};
}
Error bad_batch_table(const std::string& what) {
  return {Code::invalid_argument, "the plugin's table of the extension " SLW_BATCH " " + what};
}

Status check_age(std::uint32_t size, std::uint32_t minor, std::size_t exported_size) {
  if (size < kMinimumTableSize || size > exported_size)
    return bad_table("says that it has " + std::to_string(size) + " bytes, but has " +
                     std::to_string(exported_size) + " (at least " + std::to_string(kMinimumTableSize) +
                     " are needed): set size to sizeof(slw_plugin)");
  if (minor > SLW_ABI_MINOR)
    return Error(Code::unsupported, "the plugin is built for minor version " + std::to_string(minor) +
                                        " of the plugin ABI, this host has " + std::to_string(SLW_ABI_MINOR) +
                                        ": upgrade the host, or build the plugin with SDK " SLW_SDK_VERSION);
  return {};
}

template <class Function>
Status check_function(const Image& image, const char* name, Function* function, bool may_be_null) {
  if (function == nullptr)
    return may_be_null ? Status{} : bad_table(std::string("has no ") + name + ": give it a function");
  if (!image.is_code(reinterpret_cast<std::uintptr_t>(function)))
    return bad_table(std::string("has a ") + name +
                     " that is not code of the plugin: give it a function of its own");
  return {};
}

std::optional<std::string_view> text_at(const Image& image, const char* text) {
  const std::size_t limit = std::min(image.readable_from(text), kLongestText + 1);
  const std::size_t length = limit == 0 ? 0 : ::strnlen(text, limit);
  return length == limit ? std::nullopt : std::optional(std::string_view(text, length));
}

Status check_text(const Image& image, const char* field, const char* text, std::size_t longest) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-";
  const auto value = text_at(image, text);
  if (!value)
    return bad_table(std::string("has a ") + field +
                     " that is no text of the plugin: give it a string literal");
  if (value->size() > longest || value->find_first_not_of(kAllowed) != value->npos)
    return bad_table(std::string("has a ") + field + " that cannot be one: at most " +
                     std::to_string(longest) + " letters, digits, '-', '.' and '+'");
  return {};
}

}  // namespace

Result<slw_plugin> read_table(const slw_plugin* exported, std::size_t exported_size) {
  const Image image(exported);
  if (exported_size < kMinimumTableSize || image.readable_from(exported) < exported_size)
    return bad_table("is not in the plugin's memory");
  slw_plugin table{};
  std::memcpy(&table, exported, kMinimumTableSize);
  if (Status status = check_age(table.size, table.abi_minor, exported_size); !status.ok())
    return std::move(status).error();
  std::memcpy(&table, exported, std::min<std::size_t>(table.size, sizeof table));

  Status checks[] = {check_function(image, "create", table.create, false),
                     check_function(image, "destroy", table.destroy, false),
                     check_function(image, "predict", table.predict, false),
                     check_function(image, "get_extension", table.get_extension, true),
                     check_text(image, "sdk_version", table.sdk_version, 64),
                     check_text(image, "name", table.name, 63),
                     check_text(image, "version", table.version, 64)};
  for (Status& status : checks)
    if (!status.ok()) return std::move(status).error();
  return table;
}

Result<slw_batch> read_batch_table(const slw_plugin& table) {
  const void* offered = nullptr;
  try {
    if (table.get_extension != nullptr) offered = table.get_extension(SLW_BATCH);
  } catch (...) {
    return bad_table("has a get_extension that let an exception out, which no plugin may");
  }
  if (offered == nullptr) return Error(Code::not_found, "the plugin does not offer the extension " SLW_BATCH);
  const Image image(reinterpret_cast<const void*>(table.get_extension));
  if (image.readable_from(offered) < sizeof(slw_batch))
    return bad_batch_table("is not in the plugin's memory: give it a constant of its own");
  slw_batch batch{};
  std::memcpy(&batch, offered, sizeof batch);
  if (batch.size < sizeof batch)
    return bad_batch_table("says that it has " + std::to_string(batch.size) +
                           " bytes: set size to sizeof(slw_batch)");
  if (batch.predict == nullptr || !image.is_code(reinterpret_cast<std::uintptr_t>(batch.predict)))
    return bad_batch_table("has a predict that is not code of the plugin: give it a function of its own");
  return batch;
}

}  // namespace slipway::plugin
