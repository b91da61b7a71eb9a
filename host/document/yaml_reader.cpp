#include "document/yaml_reader.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <new>
#include <streambuf>
#include <unordered_map>
#include <vector>

#include "base/utf8.hpp"
#include "document/builder.hpp"
#include "document/yaml_scalar.hpp"

namespace slipway::document {
namespace {

using Position = SourceMap::Position;

struct Event {
  enum Type : std::uint8_t { scalar, sequence, map, end, alias };
  Type type;
  Position position;
  std::size_t anchor = 0;  // of an alias: the anchor it refers to; else the node's own, 0 for none
  std::string tag;
  std::string text;
};

// Leaves yaml-cpp's parser from inside an event: it offers no other way to stop.
struct Stop {
  Position position;
  std::string message;
};

Position position_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};
  return {static_cast<std::uint32_t>(mark.line + 1), static_cast<std::uint32_t>(mark.column + 1)};
}

// Keeps yaml-cpp's events, so that an alias can be replayed.
class Recorder : public YAML::EventHandler {
 public:
  explicit Recorder(const Limits& limits) : limits_(limits) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({Event::scalar, position_of(mark), anchor, "", ""});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add({Event::alias, position_of(mark), anchor, "", ""});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add({Event::scalar, position_of(mark), anchor, tag, value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin({Event::sequence, position_of(mark), anchor, tag, ""}, "tag:yaml.org,2002:seq");
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin({Event::map, position_of(mark), anchor, tag, ""}, "tag:yaml.org,2002:map");
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

  std::vector<Event> take() { return std::move(events_); }

 private:
  void begin(Event event, const char* own_tag) {
    if (!event.tag.empty() && event.tag != "?" && event.tag != "!" && event.tag != own_tag)
      throw Stop{event.position, "the tag " + event.tag + " is not supported here; remove it"};
    if (++depth_ > limits_.depth)
      throw Stop{event.position, "nested more than " + std::to_string(limits_.depth) + " deep"};
    add(std::move(event));
  }
  void end() {
    --depth_;
    add({Event::end, {}, 0, "", ""});
  }
  void add(Event event) {
    if (events_.size() / 2 > limits_.nodes)
      throw Stop{event.position, "more than " + std::to_string(limits_.nodes) + " values"};
    events_.push_back(std::move(event));
  }

  const Limits& limits_;
  std::vector<Event> events_;
  std::uint32_t depth_ = 0;
};

// Plays recorded events into a builder and notes the positions.
class Player {
 public:
  Player(const std::vector<Event>& events, Builder& builder, SourceMap& source)
      : events_(events), builder_(builder), source_(source) {}

  void play() {
    std::size_t at = 0;
    value(at, SourceMap::kNone, {}, {});
  }

 private:
  // One value, starting at event `at`, which is moved behind it. Recursion is bounded by the builder's depth
  // limit, also through aliases: an alias can only nest as a part of an array or a map.
  void value(std::size_t& at, std::uint32_t parent, std::string token, Position key) {
    const Event& event = events_[at];
    if (event.type == Event::alias) return alias(at, parent, std::move(token), key);
    if (event.anchor != 0) anchors_[event.anchor] = at;
    const std::uint32_t place = source_.add(parent, std::move(token), key, event.position);
    switch (event.type) {
      case Event::scalar:
        scalar(event);
        break;
      case Event::sequence:
        sequence(at, place);
        break;
      default:
        map(at, place);
        break;
    }
    ++at;
  }

  void alias(std::size_t& at, std::uint32_t parent, std::string token, Position key) {
    const Event& event = events_[at];
    std::size_t anchored = anchors_.at(event.anchor);
    if (open_.contains(anchored)) throw Stop{event.position, "an alias inside the value that it refers to"};
    value(anchored, parent, std::move(token), key);
    ++at;
  }

  void scalar(const Event& event) {
    const Result<slw_value> resolved = resolve_scalar(event.text, event.tag);
    if (!resolved) throw Stop{event.position, resolved.error().message};
    switch (resolved->kind) {
      case SLW_STRING:
        return check(builder_.string(event.text), event);
      case SLW_NULL:
        return check(builder_.null(), event);
      case SLW_FALSE:
      case SLW_TRUE:
        return check(builder_.boolean(resolved->kind == SLW_TRUE), event);
      default:
        return check(builder_.number(*resolved), event);
    }
  }

  void sequence(std::size_t& at, std::uint32_t place) {
    const std::size_t begin = at;
    open_.emplace(begin, true);
    check(builder_.begin_array(), events_[begin]);
    std::uint32_t index = 0;
    for (++at; events_[at].type != Event::end;) value(at, place, std::to_string(index++), {});
    check(builder_.end_array(), events_[begin]);
    open_.erase(begin);
  }

  void map(std::size_t& at, std::uint32_t place) {
    const std::size_t begin = at;
    open_.emplace(begin, true);
    check(builder_.begin_object(), events_[begin]);
    std::unordered_map<std::string_view, Position> keys;
    for (++at; events_[at].type != Event::end;) {
      const Event& key = key_event(at);
      const auto [earlier, fresh] = keys.emplace(key.text, key.position);
      if (!fresh)
        throw Stop{key.position, "the key \"" + key.text.substr(0, 100) + "\" appears twice; it is on line " +
                                     std::to_string(earlier->second.line) + " too"};
      check(builder_.key(key.text), key);
      const Position position = key.position;
      ++at;
      value(at, place, std::string(key.text), position);
    }
    check(builder_.end_object(), events_[begin]);
    open_.erase(begin);
  }

  const Event& key_event(std::size_t at) {
    const Event* key = &events_[at];
    const Position position = key->position;
    if (key->type == Event::alias) key = &events_[anchors_.at(key->anchor)];
    if (key->type != Event::scalar) throw Stop{position, "a key must be a string, not a map or a sequence"};
    if (key->anchor != 0) anchors_[key->anchor] = static_cast<std::size_t>(key - events_.data());
    const bool plain = key->tag.empty() || key->tag == "?";
    if (plain && key->text == "<<")
      throw Stop{position, "merge keys (<<) are not supported; write the members out"};
    const Result<slw_value> resolved = resolve_scalar(key->text, key->tag);
    if (!resolved) throw Stop{position, resolved.error().message};
    if (resolved->kind != SLW_STRING)
      throw Stop{position, "a key must be a string; put quotes around " +
                               (key->text.empty() ? "it" : key->text.substr(0, 100))};
    return *key;
  }

  void check(bool taken, const Event& event) {
    if (!taken) throw Stop{event.position, builder_.take_error().message};
  }

  const std::vector<Event>& events_;
  Builder& builder_;
  SourceMap& source_;
  std::unordered_map<std::size_t, std::size_t> anchors_;  // to the event of the anchored node
  std::unordered_map<std::size_t, bool> open_;            // containers that have begun and not ended
};

// Reads a string_view as a stream, without a copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* const begin = const_cast<char*>(text.data());  // never written: setg wants it so
    setg(begin, begin, begin + text.size());
  }
};

// What YAML does not allow as it is; yaml-cpp would replace some of it in silence.
void refuse_bad_characters(std::string_view text) {
  Position position{1, 1};
  const std::size_t invalid = find_invalid_utf8(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (i == invalid) throw Stop{position, "invalid UTF-8"};
    if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F)
      throw Stop{position, "a control character; write it as an escape in double quotes"};
    if (byte == '\n')
      position = {position.line + 1, 1};
    else if ((byte & 0xC0) != 0x80)
      ++position.column;
  }
}

void read(std::string_view text, Builder& builder, SourceMap& source) {
  refuse_bad_characters(text);
  ViewBuffer buffer(text);
  std::istream stream(&buffer);
  YAML::Parser parser(stream);
  Recorder recorder(builder.limits());
  if (!parser.HandleNextDocument(recorder)) throw Stop{{1, 1}, "the file is empty"};
  const std::vector<Event> events = recorder.take();
  Recorder more(builder.limits());
  if (parser.HandleNextDocument(more)) {
    const std::vector<Event> second = more.take();
    throw Stop{second.empty() ? Position{} : second.front().position,
               "a second YAML document; only one is expected"};
  }
  Player(events, builder, source).play();
}

Error located(const SourceMap& source, Position position, const std::string& message) {
  return Error(Code::invalid_argument, source.describe(position) + ": " + message);
}

}  // namespace

Status read_yaml(std::string_view text, Document& target, SourceMap& source, const Limits& limits) {
  source.clear();
  Builder builder(limits);
  builder.start(target);
  try {
    read(text, builder, source);
    return builder.finish();
  } catch (const Stop& stop) {
    return located(source, stop.position, stop.message);
  } catch (const YAML::Exception& error) {
    return located(source, position_of(error.mark), error.msg);
  } catch (const std::bad_alloc&) {
    return Error(Code::limit_exceeded, source.file() + ": not enough memory");
  } catch (const std::exception& error) {
    return Error(Code::invalid_argument, source.file() + ": " + error.what());
  }
}

}  // namespace slipway::document
