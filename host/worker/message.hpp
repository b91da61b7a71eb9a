// What the host and a child of it say to each other, one message a packet of a worker/channel. The other side
// runs code that is not ours: whatever comes from it is decoded with bounds, and is a message or an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace slipway::worker {

constexpr std::size_t kMostText = 16 * 1024;  // bytes of one text; a longer one is cut when it is encoded
constexpr std::size_t kMostMessage = 4 * kMostText;  // bytes of a packet

// What a child is started for.
enum class Purpose : std::uint8_t {
  probe,    // it runs the bundle's golden cases once, and tells how that went
  serve,    // it answers calls (worker/call_client.hpp) until the host closes their socket
  examine,  // it calls the model in the way of one experiment, and tells what it sees
};

// What an examination does with a model (worker/examination.hpp). Each first asks all its requests once.
enum class Experiment : std::uint8_t {
  alone,         // then one call after another: the same answers again, latency, globals, memory
  crowd,         // then many threads at once
  backwards,     // in the opposite order, in a process that has seen nothing else
  comma_locale,  // where 1.5 is written 1,5
};
constexpr std::size_t kExperiments = 4;

// Before a request, in the subject of an examination's StepBegins.
constexpr std::string_view kRequestMark = "request ";

// What a child is at. It says so before each.
enum class Step : std::uint8_t { prepare, load, create, predict, destroy, unload };
constexpr std::size_t kSteps = 6;

// ---- host to child

// The first message; the plugin's private copy comes with it, as a descriptor.
struct Task {
  Purpose purpose = Purpose::probe;
  std::string bundle;  // its folder, absolute
  std::string plugin;  // what the copy is called in a memory map; or, `in_place`, the file to load
  std::uint64_t in_place = 0;
  std::uint64_t memory = 0;     // bytes the model may have; 0: no limit
  std::uint64_t cpu_limit = 0;  // seconds of processor time
  std::uint64_t network = 0;    // granted
  std::string folders;          // granted, to read and write: paths, each closed by a NUL
  std::string parameters;  // JSON: what the operator sets instead of the manifest's (model/overrides.hpp)
  Experiment experiment = Experiment::alone;  // of an examination
  std::uint64_t seed = 0;                     // likewise, of the requests that are made up
};
// The second message to one that serves; its end of the socket for calls comes with it.
struct TakeCalls {
  // Of a response's document (document/limits.hpp).
  std::uint64_t depth = 0;
  std::uint64_t nodes = 0;
  std::uint64_t string_bytes = 0;
  std::uint64_t document_bytes = 0;
};
// The host has looked at the child, which waits for it after Prepared and, as a probe, before it
// destroys, and after Destroyed and Unloaded.
struct Proceed {};

// ---- child to host

// The sandbox stands, the bundle is read, nothing of the plugin has run.
struct Prepared {
  std::string in_force;  // of the sandbox
  std::string missing;   // and what of it this system does not have
};
struct StepBegins {
  Step step = Step::prepare;
  std::string subject;  // of `predict`: the case's name; of an examination, the request, or what is done
};
struct CaseEnded {
  std::string name;
  std::string place;
  std::string difference;  // empty: passed
  Nanoseconds predict_time = 0;
};
struct OutOfMemory {};  // the plugin asked for more than it may have
struct Failed {         // the step did not succeed, in words; the child ends
  Code code = Code::internal;
  std::string why;
};
struct Ready {};            // to serve; or, an examination, done
struct Logged {             // by the model
  std::uint64_t level = 0;  // telemetry::Level
  std::string message;
  std::string request_id;  // empty: outside a call
};
struct Measured {  // by the model, since it last said so: see model::HostServices::merge
  std::uint64_t kind = 0;
  std::string name;
  std::string help;
  double value = 0;
  std::uint64_t count = 0;
};
struct Destroyed {};
struct Unloaded {
  std::string pinned_by;    // why the library is still loaded; empty: it is not
  std::string left_behind;  // hooks of the process that are not as they were; empty: they are
};
struct Observed {  // in an examination
  std::string what;
  std::string subject;  // a request, or what else it is about; may be empty
  std::string text;
  double value = 0;
};

using Message = std::variant<Task, Proceed, Prepared, StepBegins, CaseEnded, OutOfMemory, Failed, Destroyed,
                             Unloaded, TakeCalls, Ready, Logged, Measured, Observed>;

std::string encode(const Message& message);
Result<Message> decode(std::string_view packet);

}  // namespace slipway::worker
