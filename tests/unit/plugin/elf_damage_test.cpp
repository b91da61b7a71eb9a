// Damaged plugins: inspection must survive all of them, and what it lets through must rarely hurt the loader.
#include <elf.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <random>

#include "plugin/library.hpp"
#include "plugin_files.hpp"

using namespace slipway;
using namespace slipway::test;

namespace {

std::size_t end_of_segments(const std::string& bytes) {
  Elf64_Ehdr header;
  std::memcpy(&header, bytes.data(), sizeof header);
  std::size_t end = 0;
  for (std::size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment, bytes.data() + header.e_phoff + i * sizeof segment, sizeof segment);
    if (segment.p_type == PT_LOAD) end = std::max<std::size_t>(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

// Loads the bytes in a child process. False: it died of it.
bool survives_loading(const std::string& bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE, SIGALRM}) ::signal(signal, SIG_DFL);
    ::alarm(10);
    ::dup2(::open("/dev/null", O_WRONLY), STDERR_FILENO);
    auto stored = plugin::StoredLibrary::store_bytes(bytes, {}, {});
    if (stored.ok()) (void)plugin::Library::load(std::move(*stored));
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("a plugin truncated anywhere is refused") {
  for (const char* name : {"good_c", "good_cpp", "sysv_hash"}) {
    const std::string bytes = bytes_of(name);
    for (std::size_t size = 0; size < bytes.size(); size += 64) {
      INFO(name << " cut to " << size);
      if (inspect(std::string_view(bytes).substr(0, size)).ok()) FAIL();
    }
  }
}

TEST_CASE("without section headers, a plugin truncated anywhere before its last segment's end is refused") {
  for (const char* name : {"good_c", "good_cpp", "sysv_hash"}) {
    std::string bytes = bytes_of(name);
    bytes.replace(offsetof(Elf64_Ehdr, e_shoff), sizeof(Elf64_Off), sizeof(Elf64_Off), '\0');
    const std::size_t end = end_of_segments(bytes);
    for (std::size_t size = 0; size < bytes.size(); size += 64) {
      INFO(name << " cut to " << size);
      const bool accepted = inspect(std::string_view(bytes).substr(0, size)).ok();
      if (accepted != (size >= end)) FAIL();
    }
  }
}

TEST_CASE("random damage never stops the inspection, and rarely passes it to kill the loader") {
  constexpr int kFiles = 3000;
  std::mt19937 random(20240607);
  int refused = 0, passed = 0, killed = 0;
  for (const char* name : {"good_c", "good_cpp", "both_hashes"}) {
    const std::string good = bytes_of(name);
    // Half of the damage goes where it matters: headers, tables and relocations come first in the file.
    const std::size_t head = std::min<std::size_t>(good.size(), 4096);
    for (int i = 0; i < kFiles; ++i) {
      std::string bytes = good;
      for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
        bytes[random() % (flips % 2 == 0 ? bytes.size() : head)] ^= static_cast<char>(1 + random() % 255);
      if (!inspect(bytes).ok()) {
        ++refused;
        continue;
      }
      ++passed;
      // Loading takes a process: a sample will do. (And a sanitizer's code in the plugin reads much more of
      // it.)
      if (!kSanitized && passed % 4 == 0 && !survives_loading(bytes)) ++killed;
    }
  }
  INFO(refused << " refused, " << passed << " passed, " << killed << " of " << passed / 4
               << " loaded killed the loader");
  CHECK(refused > kFiles / 2);
  CHECK(killed * 50 <= passed / 4);
}
