#include "base/build_id.hpp"

#include <elf.h>
#include <link.h>

#include <cstring>
#include <string_view>

namespace slipway {
namespace {

constexpr std::size_t padded(std::size_t size) {
  return (size + 3) / 4 * 4;
}

std::string hexadecimal(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char each : bytes) {
    text += kDigits[static_cast<unsigned char>(each) >> 4];
    text += kDigits[static_cast<unsigned char>(each) & 15];
  }
  return text;
}

// A segment of notes: each is a header, a name and a description, both padded to four bytes.
std::string build_id_among(std::string_view notes) {
  ElfW(Nhdr) head;
  while (notes.size() >= sizeof head) {
    std::memcpy(&head, notes.data(), sizeof head);
    notes.remove_prefix(sizeof head);
    const std::size_t name = padded(head.n_namesz), description = padded(head.n_descsz);
    if (notes.size() < name || notes.size() - name < description) break;
    const bool is_gnu = notes.substr(0, head.n_namesz) == std::string_view("GNU", 4);
    if (is_gnu && head.n_type == NT_GNU_BUILD_ID) return hexadecimal(notes.substr(name, head.n_descsz));
    notes.remove_prefix(name + description);
  }
  return {};
}

int find_build_id(dl_phdr_info* program, std::size_t, void* found) {
  for (int i = 0; i < program->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = program->dlpi_phdr[i];
    if (segment.p_type != PT_NOTE) continue;
    const auto* const begin = reinterpret_cast<const char*>(program->dlpi_addr + segment.p_vaddr);
    std::string id = build_id_among(std::string_view(begin, segment.p_memsz));
    if (id.empty()) continue;
    *static_cast<std::string*>(found) = std::move(id);
    break;
  }
  return 1;  // the first is the program itself, and the others are not asked
}

}  // namespace

std::string program_build_id() {
  std::string id;
  ::dl_iterate_phdr(&find_build_id, &id);
  return id;
}

}  // namespace slipway
