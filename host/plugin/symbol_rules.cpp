#include "plugin/symbol_rules.hpp"

#include <cxxabi.h>
#include <slipway/plugin.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/plugin_table.hpp"

namespace slipway::plugin {
namespace {

constexpr std::string_view kTablePrefix = "slipway_plugin_v";

// What these leave behind points into the library, and is called when it is gone.
constexpr std::array<std::string_view, 13> kProcessHooks = {"pthread_key_create",
                                                            "tss_create",
                                                            "signal",
                                                            "__sysv_signal",
                                                            "sysv_signal",
                                                            "bsd_signal",
                                                            "ssignal",
                                                            "sigset",
                                                            "sigaction",
                                                            "__sigaction",
                                                            "on_exit",
                                                            "_ZSt13set_terminatePFvvE",
                                                            "_ZSt15set_new_handlerPFvvE"};

bool is_defined(const Elf64_Sym& symbol) {
  return symbol.st_shndx != SHN_UNDEF;
}

// The name as its author wrote it. A short mangled name can stand for gigabytes, so only short ones are
// expanded.
std::string readable(std::string_view name) {
  constexpr std::size_t kLongestDemangled = 160;
  if (name.size() > kLongestDemangled) return printable(name);
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(std::string(name).c_str(), nullptr, nullptr, &status), std::free);
  return printable(status == 0 && text != nullptr ? std::string_view(text.get()) : name);
}

bool is_hook(std::string_view name) {
  return std::find(kProcessHooks.begin(), kProcessHooks.end(), name) != kProcessHooks.end();
}

Status check_symbol(const Elf64_Sym& symbol, std::string_view name, const InspectionPolicy& policy) {
  if (is_defined(symbol) && ELF64_ST_TYPE(symbol.st_info) == STT_GNU_IFUNC)
    return {Code::invalid_argument,
            "the plugin chooses functions while it is being loaded (IFUNC " + readable(name) +
                "): build without target_clones and ifunc attributes, and choose in create"};
  if (policy.own_process) return {};
  if (is_defined(symbol) && ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE)
    return {Code::invalid_argument, "the plugin shares \"" + readable(name) +
                                        "\" with every other version in the process and could never be "
                                        "unloaded (a unique symbol): compile "
                                        "with -fno-gnu-unique and -fvisibility=hidden, and link with the "
                                        "SDK's version script (plugin.map)"};
  if (!is_defined(symbol) && !policy.allow_process_hooks && is_hook(name))
    return {
        Code::invalid_argument,
        "the plugin imports " + readable(name) +
            ", and what that sets up would outlive the library: do without it, or set isolation: process"};
  return {};
}

Error no_table(const std::string& other) {
  if (!other.empty())
    return {Code::unsupported, "the plugin is built for another version of the plugin ABI (it exports " +
                                   other +
                                   ", this host looks for " SLW_PLUGIN_SYMBOL
                                   "): build it with the SDK of this host's version, " SLW_SDK_VERSION};
  return {Code::invalid_argument,
          "the plugin does not export " SLW_PLUGIN_SYMBOL
          ": define it with SLW_EXPORT (in C++, SLIPWAY_PLUGIN does), and link with the SDK's version script "
          "(plugin.map) or none"};
}

Status check_table(const ElfFile& file, const Elf64_Sym& symbol, ElfReport& report) {
  if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT)
    return {Code::invalid_argument,
            "the plugin's " SLW_PLUGIN_SYMBOL
            " is not data: define it as `SLW_EXPORT const slw_plugin " SLW_PLUGIN_SYMBOL " = {...};`"};
  if (symbol.st_size < kMinimumTableSize)
    return {Code::invalid_argument, "the plugin's " SLW_PLUGIN_SYMBOL " has " +
                                        std::to_string(symbol.st_size) + " bytes, a table has at least " +
                                        std::to_string(kMinimumTableSize) +
                                        ": define it as an slw_plugin of <slipway/plugin.h>"};
  if (symbol.st_value % alignof(slw_plugin) != 0 || !file.at(symbol.st_value, symbol.st_size))
    return damaged("its " SLW_PLUGIN_SYMBOL " lies outside of its initialised data");
  report.table_size = symbol.st_size;
  return {};
}

// The C++ runtime has the only definition of this type's name, whatever was stripped or hidden; a plugin that
// shares the host's runtime has it in the names of symbols at most, behind other letters.
bool has_own_cpp_runtime(const ElfFile& file) {
  constexpr std::string_view kTypeName("\0N10__cxxabiv117__class_type_infoE\0", 35);
  const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  return bytes.find(kTypeName) != bytes.npos;
}

}  // namespace

Status check_symbols(const ElfFile& file, const SymbolTable& symbols, const InspectionPolicy& policy,
                     ElfReport& report) {
  bool found = false;
  std::string other;
  for (std::size_t i = 1; i < symbols.size(); ++i) {
    const Elf64_Sym symbol = symbols[i];
    const std::string_view name = symbols.name(symbol);
    if (Status status = check_symbol(symbol, name, policy); !status.ok()) return status;
    if (!is_defined(symbol)) {
      report.tls_destructors = report.tls_destructors || name.starts_with("__cxa_thread_atexit");
    } else if (name == SLW_PLUGIN_SYMBOL && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL) {
      if (Status status = check_table(file, symbol, report); !status.ok()) return status;
      found = true;
    } else if (name.starts_with(kTablePrefix)) {
      other = printable(name);
    }
  }
  if (!found) return no_table(other);
  if (!policy.own_process && has_own_cpp_runtime(file))
    return {Code::invalid_argument,
            "the plugin has a C++ runtime of its own, which leaks with each load and cannot catch exceptions "
            "that "
            "cross it: link without -static-libstdc++ and -static, or set isolation: process"};
  return {};
}

}  // namespace slipway::plugin
