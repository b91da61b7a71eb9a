#include "lifecycle/tar_stream.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "lifecycle/bundle_contents.hpp"

namespace slipway::lifecycle {
namespace {

constexpr std::size_t kBlock = 512;

// The header of POSIX.1-1988, by its name there.
struct Header {
  std::array<char, 100> name;
  std::array<char, 8> mode, uid, gid;
  std::array<char, 12> size, mtime;
  std::array<char, 8> checksum;
  char typeflag;
  std::array<char, 100> linkname;
  std::array<char, 6> magic;
  std::array<char, 2> version;
  std::array<char, 32> uname, gname;
  std::array<char, 8> devmajor, devminor;
  std::array<char, 155> prefix;
  std::array<char, 12> unused;
};
static_assert(sizeof(Header) == kBlock);

Error damaged(const std::string& what) {
  return {Code::invalid_argument, "the archive " + what};
}

// Digits, filling the field but for its last byte.
template <std::size_t kSize>
void put_octal(std::array<char, kSize>& field, std::uint64_t number) {
  field.back() = '\0';
  for (std::size_t i = kSize - 1; i-- > 0; number /= 8) field[i] = static_cast<char>('0' + number % 8);
}

template <std::size_t kSize>
void put_text(std::array<char, kSize>& field, std::string_view text) {
  std::copy(text.begin(), text.end(), field.begin());
}

template <std::size_t kSize>
std::string_view text_of(const std::array<char, kSize>& field) {
  return {field.data(), ::strnlen(field.data(), kSize)};
}

// Where a path is divided between prefix and name: 0 where it all fits the name, npos where it fits at no
// '/'.
std::size_t division_of(std::string_view path) {
  if (path.size() <= sizeof(Header::name)) return 0;
  const std::size_t at = path.find('/', path.size() - sizeof(Header::name) - 1);
  return at == 0 || at > sizeof(Header::prefix) || at + 1 == path.size() ? std::string_view::npos : at;
}

// For a path and a size that fit.
Header header_of(std::string_view path, std::uint64_t size) {
  Header header{};
  const std::size_t division = division_of(path);
  put_text(header.prefix, path.substr(0, division));
  put_text(header.name, division == 0 ? path : path.substr(division + 1));
  put_octal(header.mode, 0644);
  put_octal(header.uid, 0);
  put_octal(header.gid, 0);
  put_octal(header.size, size);
  put_octal(header.mtime, 0);
  put_octal(header.devmajor, 0);
  put_octal(header.devminor, 0);
  header.typeflag = '0';
  put_text(header.magic, "ustar");
  put_text(header.version, "00");
  header.checksum.fill(' ');  // as which it counts itself
  std::uint64_t sum = 0;
  for (const char byte : std::string_view(reinterpret_cast<const char*>(&header), kBlock))
    sum += static_cast<unsigned char>(byte);
  std::array<char, 7> digits;  // the field's last byte stays a space
  put_octal(digits, sum);
  put_text(header.checksum, {digits.data(), digits.size()});
  return header;
}

const char* kind_of(char typeflag) {
  switch (typeflag) {
    case '1':
    case '2':
      return "a link";
    case '3':
    case '4':
    case '6':
      return "a device or a pipe";
    case '5':
      return "a folder";
    case 'x':
    case 'g':
    case 'L':
    case 'K':
      return "an extended header";
    default:
      return "no regular file";
  }
}

Result<TarEntry> entry_of(const Header& header) {
  TarEntry entry;
  entry.path = text_of(header.prefix);
  if (!entry.path.empty()) entry.path += '/';
  entry.path += text_of(header.name);
  if (header.typeflag != '0')
    return damaged("holds " + std::string(kind_of(header.typeflag)) +
                   "; a packed bundle holds regular files alone");
  if (Status fits = check_bundle_path(entry.path); !fits)
    return std::move(fits).error().within("the archive");
  for (std::size_t i = 0; i + 1 < header.size.size(); ++i) {
    if (header.size[i] < '0' || header.size[i] > '7') return damaged("has a header without a size");
    entry.size = entry.size * 8 + static_cast<std::uint64_t>(header.size[i] - '0');
  }
  if (Status fits = check_fits_tar(entry.path, entry.size); !fits) return std::move(fits).error();
  const Header expected = header_of(entry.path, entry.size);
  if (std::memcmp(&expected, &header, kBlock) != 0)
    return damaged("has a header that `slipway pack` does not write; pack the bundle again");
  return entry;
}

bool is_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

std::uint64_t padding_of(std::uint64_t size) {
  return (kBlock - size % kBlock) % kBlock;
}

}  // namespace

Status check_fits_tar(const std::string& path, std::uint64_t size) {
  if (path.empty() || division_of(path) == std::string::npos)
    return Error(Code::limit_exceeded,
                 "\"" + path.substr(0, 300) +
                     "\" is too long a path for a packed bundle: at most 255 bytes, the file's name 100");
  if (size > kMaxTarFileBytes)
    return Error(Code::limit_exceeded, path + " has 8 GiB or more; a packed bundle holds smaller files only");
  return {};
}

Status TarWriter::begin_file(const std::string& path, std::uint64_t size) {
  if (Status ended = end_file(); !ended) return ended;
  if (Status fits = check_fits_tar(path, size); !fits) return fits;
  left_ = size;
  padding_ = padding_of(size);
  const Header header = header_of(path, size);
  return sink_({reinterpret_cast<const char*>(&header), kBlock});
}

Status TarWriter::write(std::string_view bytes) {
  if (bytes.size() > left_) return Error(Code::failed_precondition, "a file has grown while it was packed");
  left_ -= bytes.size();
  return sink_(bytes);
}

Status TarWriter::end_file() {
  if (left_ != 0) return Error(Code::failed_precondition, "a file has shrunk while it was packed");
  return sink_(std::string(padding_, '\0'));
}

Status TarWriter::finish() {
  if (Status ended = end_file(); !ended) return ended;
  return sink_(std::string(2 * kBlock, '\0'));
}

Result<std::optional<TarEntry>> TarReader::next() {
  if (Status padded = check_padding(); !padded) return std::move(padded).error();
  Header header;
  const std::span<char> bytes(reinterpret_cast<char*>(&header), kBlock);
  const Result<std::size_t> got = tar_.read_fully(bytes);
  if (!got) return got.error();
  if (*got != kBlock) return damaged("is cut short");
  if (is_zero({bytes.data(), kBlock})) {
    if (Status end = check_end(); !end) return std::move(end).error();
    return std::optional<TarEntry>();
  }
  Result<TarEntry> entry = entry_of(header);
  if (!entry) return std::move(entry).error();
  left_ = entry->size;
  padding_ = padding_of(entry->size);
  return std::optional<TarEntry>(std::move(*entry));
}

Result<std::size_t> TarReader::read(std::span<char> into) {
  if (left_ == 0) return std::size_t{0};
  Result<std::size_t> got = tar_.read(into.first(std::min<std::uint64_t>(into.size(), left_)));
  if (!got) return got;
  if (*got == 0) return damaged("is cut short");
  left_ -= *got;
  return got;
}

Status TarReader::check_padding() {
  std::array<char, kBlock> bytes;
  const Result<std::size_t> got = tar_.read_fully(std::span(bytes).first(std::exchange(padding_, 0)));
  if (!got) return got.error();
  return is_zero({bytes.data(), *got}) ? Status() : damaged("has bytes between its files");
}

Status TarReader::check_end() {
  std::array<char, kBlock + 1> rest;
  const Result<std::size_t> got = tar_.read_fully(rest);
  if (!got) return got.error();
  if (*got < kBlock) return damaged("is cut short");
  if (*got > kBlock || !is_zero({rest.data(), kBlock})) return damaged("has bytes behind its end");
  return {};
}

}  // namespace slipway::lifecycle
