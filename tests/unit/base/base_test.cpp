#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/padded_buffer.hpp"
#include "base/result.hpp"
#include "base/units.hpp"
#include "base/utf8.hpp"

using namespace slipway;

TEST_CASE("a status is a success or carries its error") {
  CHECK(Status().ok());
  const Status failed(Code::not_found, "no such model", "/name");
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.error().code == Code::not_found);
  CHECK(failed.error().pointer == "/name");
  CHECK(Error(Code::io, "inner").within("outer").message == "outer: inner");
}

TEST_CASE("a result holds a value or an error") {
  Result<std::string> good(std::string("value"));
  REQUIRE(good.ok());
  CHECK(*good == "value");
  const Result<std::string> bad(Error(Code::io, "broken"));
  REQUIRE_FALSE(bad.ok());
  CHECK(bad.error().message == "broken");
}

TEST_CASE("SHA-256 of the standard's examples") {
  // FIPS 180-2, appendix B.
  CHECK(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Sha256Stream stream;
  stream.update("a");
  stream.update("bc");
  CHECK(stream.finish() == sha256("abc"));
}

TEST_CASE("UTF-8: well-formed text of every length passes") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain text that is longer than a word"));
  CHECK(is_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x9A\xA2 \xF4\x8F\xBF\xBF"));
  CHECK(count_characters("caf\xC3\xA9 \xF0\x9F\x9A\xA2") == 6);
}

TEST_CASE("UTF-8: each kind of damage is found where it is") {
  const std::string_view damaged[] = {
      "\x80",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x9F\xBF",
      "\xED\xA0\x80", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
      "\xC3",         "\xE2\x82",         "\xF0\x9F\x9A",     "\xC3("};
  for (const std::string_view bytes : damaged) {
    CHECK(find_invalid_utf8(bytes) == 0);
    CHECK(find_invalid_utf8(std::string("12345678") + std::string(bytes)) == 8);
    CHECK(find_invalid_utf8(std::string("\xC3\xA9") + std::string(bytes) + "tail") == 2);
  }
}

TEST_CASE("JSON strings escape what must be and nothing else") {
  PaddedBuffer out;
  append_json_string(std::string_view("a\"b\\c\n\t\x01/\x7F\xC3\xA9\0z", 14), out);
  CHECK(out.view() == std::string_view("\"a\\\"b\\\\c\\n\\t\\u0001/\x7F\xC3\xA9\\u0000z\""));
}

TEST_CASE("JSON strings escape at any place in a word") {
  for (std::size_t size = 1; size < 20; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const auto& [character, escaped] : {std::pair('"', "\\\""), {'\\', "\\\\"}, {'\x1F', "\\u001f"}}) {
        std::string text(size, '\x7F');
        text[at] = character;
        PaddedBuffer out;
        append_json_string(text, out);
        CHECK(out.view() == '"' + text.substr(0, at) + escaped + text.substr(at + 1) + '"');
      }
}

TEST_CASE("a padded buffer keeps its bytes while it grows, and pads them when it is sealed") {
  PaddedBuffer buffer;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    buffer.append("0123456789");
    expected += "0123456789";
  }
  buffer.seal();
  CHECK(buffer.view() == expected);
  for (std::size_t i = 0; i < PaddedBuffer::kPadding; ++i) CHECK(buffer.data()[buffer.size() + i] == '\0');
  const std::size_t capacity = buffer.capacity();
  buffer.clear();
  buffer.append('x');
  CHECK(buffer.view() == "x");
  CHECK(buffer.capacity() == capacity);
  buffer.shrink(16);
  CHECK(buffer.capacity() == 0);
}

TEST_CASE("reading a file says what is wrong with it") {
  const auto folder = std::filesystem::temp_directory_path();
  const Result<std::string> missing = read_file(folder / "slipway-no-such-file", 10);
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().code == Code::not_found);
  CHECK(missing.error().message.find("slipway-no-such-file: No such file or directory") != std::string::npos);
  const Result<std::string> directory = read_file(folder, 10);
  REQUIRE_FALSE(directory.ok());
  CHECK(directory.error().message.find("not a regular file") != std::string::npos);
  const Result<std::string> large = read_file("/proc/self/exe", 10);
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().code == Code::limit_exceeded);
}

TEST_CASE("durations and sizes are read with their units, and written back") {
  CHECK(*parse_duration("250ms") == 250 * kMillisecond);
  CHECK(*parse_duration("30s") == 30 * kSecond);
  CHECK(*parse_duration("5m") == 300 * kSecond);
  CHECK(*parse_size("64KiB") == 65536);
  CHECK(*parse_size("2GiB") == 2147483648u);
  CHECK(*parse_size("17") == 17);
  for (const char* text :
       {"", "5", "0s", "-1s", "1.5s", "5h", "s", "99999999999999999999s", "9223372036854775807m", "5 s"})
    CHECK_FALSE(parse_duration(text).ok());
  for (const char* text : {"", "0", "MiB", "1MB", "1.5MiB", "18446744073709551615GiB"})
    CHECK_FALSE(parse_size(text).ok());
  CHECK(format_duration(90 * kSecond) == "90s");
  CHECK(format_duration(120 * kSecond) == "2m");
  CHECK(format_duration(1500 * kMillisecond) == "1500ms");
  CHECK(format_size(1536) == "1536");
  CHECK(format_size(16u << 20) == "16MiB");
  CHECK(readable_size(1023) == "1023 B");
  CHECK(readable_size(1536) == "1.5 KiB");
  CHECK(readable_size((std::uint64_t{16} << 30) - 1) == "15.9 GiB");
  CHECK(format_utc(1811853045 * kSecond + 999 * kMillisecond) == "2027-06-01T12:30:45Z");
}
