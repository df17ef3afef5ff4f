// SPDX-License-Identifier: Apache-2.0
// frame_codec: a link's bytes. However they are cut, the same frames are read, up to the same
// fault; and each frame that means something is written anew and read as the same.
#include "channel/frame_codec.h"

#include <string>

#include "channel/frame_reader.h"
#include "channel/head_codec.h"
#include "core/byte_chain.h"
#include "support/check.h"
#include "support/pieces.h"
#include "support/text.h"

namespace hawser::fuzz {
namespace {

using channel::FrameReader;
using channel::FrameWriter;
using wire::FrameType;

// Aliased strings unfold a small frame into one that no frame can hold.
constexpr size_t surely_fits_bytes = 16 * 1024;

// What a frame says, and the frame that says it again.
struct Meaning {
  std::string text;
  std::string again;    // "": it breaks a rule of its contents, and text says which
  bool written = true;  // false: too large to be written
};

std::string text_of(const channel::OpenInfo& info, const channel::Body& body) {
  std::string text;
  for (const std::string* each :
       {&info.request_id, &info.tenant, &info.app, &info.user, &info.grant, &info.client_address,
        &info.bulk_ticket, &info.session})
    text += *each + '\n';
  for (const std::string& each : info.claims) text += each + '\n';
  for (const uint64_t each :
       {info.app_revision, static_cast<uint64_t>(info.kind), static_cast<uint64_t>(body.kind),
        body.bytes, info.client_session, uint64_t{info.hops}})
    text += std::to_string(each) + ' ';
  return text;
}

std::string text_of(const channel::Hello& hello) {
  std::string text = hello.boot_id + '\n' + hello.engine_wanted + '\n' + hello.ticket + '\n';
  for (const uint16_t version : hello.versions) text += std::to_string(version) + ' ';
  for (const uint64_t each :
       {hello.features, static_cast<uint64_t>(hello.purpose),
        static_cast<uint64_t>(int64_t{hello.worker_wanted}),
        uint64_t{hello.initial_request_credit_bytes}, uint64_t{hello.stream_limit}})
    text += std::to_string(each) + ' ';
  return text;
}

std::string text_of(const channel::Welcome& welcome) {
  std::string text = welcome.engine_id + '\n' + welcome.boot_id + '\n';
  for (const std::string& address : welcome.engine_addresses) text += address + '\n';
  for (const uint64_t each : {uint64_t{welcome.version}, welcome.features, uint64_t{welcome.worker},
                              uint64_t{welcome.worker_count}, uint64_t{welcome.channels_wanted},
                              uint64_t{welcome.stream_limit}})
    text += std::to_string(each) + ' ';
  return text;
}

Meaning meaning_of_open(const wire::Frame& frame, FrameWriter& writer) {
  message::RequestHead head;
  channel::OpenInfo info;
  const channel::Fault fault = channel::decode_request(frame, head, info);
  if (!fault.empty()) return {std::string(fault), {}, true};
  Meaning meaning;
  meaning.text = fuzz::text_of(head) + text_of(info, channel::body_of(head, info)) +
                 std::to_string(frame.credit());
  meaning.written = writer.open(frame.stream(), head, info, frame.credit());
  return meaning;
}

Meaning meaning_of_head(const wire::Frame& frame, FrameWriter& writer) {
  message::ResponseHead head;
  const channel::Fault fault = channel::decode_response(frame, head);
  if (!fault.empty()) return {std::string(fault), {}, true};
  Meaning meaning;
  meaning.text = fuzz::text_of(head) + std::to_string(head.connect_us) + ' ' +
                 std::to_string(frame.bound()) + std::to_string(frame.last());
  meaning.written = writer.head(frame.stream(), head, frame.bound(), frame.last());
  return meaning;
}

Meaning meaning_of_end(const wire::Frame& frame, FrameWriter& writer) {
  message::Fields trailers;
  const channel::Fault fault = channel::decode_fields(frame.fields(), true, trailers);
  if (!fault.empty()) return {std::string(fault), {}, true};
  return {fuzz::text_of(trailers), {}, writer.end(frame.stream(), trailers)};
}

Meaning meaning_of_reset(const wire::Frame& frame, FrameWriter& writer) {
  channel::Reset reset = channel::reset_of(frame);
  Meaning meaning;
  meaning.text = std::to_string(static_cast<int>(reset.error.code)) + ' ' +
                 std::to_string(static_cast<int>(reset.error.blame)) + ' ' +
                 std::to_string(static_cast<int>(reset.error.retry)) + ' ' +
                 std::to_string(reset.origin_untouched);
  writer.reset(frame.stream(), reset);
  return meaning;
}

// Planted: a ticket that is offered takes the place of the credit beside it.
Meaning meaning_of_credit(const wire::Frame& frame, FrameWriter& writer) {
  const std::string_view ticket = channel::text_of(frame.ticket());
  const bool faulty = planted_fault && !ticket.empty();
  writer.credit(frame.stream(), faulty ? 0 : frame.credit(), ticket);
  return {std::to_string(frame.credit()) + ' ' + std::string(ticket), {}, true};
}

Meaning meaning_of_data(const wire::Frame& frame, const std::string& payload, std::string& out,
                        FrameWriter& writer) {
  const auto header =
      writer.data(frame.stream(), frame.last(), static_cast<uint32_t>(payload.size()));
  out.append(reinterpret_cast<const char*>(header.data()), header.size());
  out += payload;
  return {(frame.last() ? "last " : "") + payload, {}, true};
}

Meaning meaning_of_grant(const wire::Frame& frame, FrameWriter& writer) {
  const channel::Grant grant = channel::grant_of(frame);
  Meaning meaning;
  for (const std::string* each : {&grant.name, &grant.session, &grant.app, &grant.id_token})
    meaning.text += *each + '\n';
  meaning.text += std::to_string(grant.expires_s);
  meaning.written = writer.grant(grant);
  return meaning;
}

Meaning meaning_of_link_frame(const wire::Frame& frame, FrameWriter& writer) {
  switch (frame.type()) {
    case FrameType::hello:
      writer.hello(channel::hello_of(frame));
      return {text_of(channel::hello_of(frame)), {}, true};
    case FrameType::welcome:
      writer.welcome(channel::welcome_of(frame));
      return {text_of(channel::welcome_of(frame)), {}, true};
    case FrameType::session_end:
      writer.session_end(frame.client_session());
      return {std::to_string(frame.client_session()), {}, true};
    case FrameType::ping:
      writer.ping(frame.token());
      return {std::to_string(frame.token()), {}, true};
    case FrameType::pong:
      writer.pong(frame.token());
      return {std::to_string(frame.token()), {}, true};
    case FrameType::grant:
      return meaning_of_grant(frame, writer);
    case FrameType::config:
      writer.config(frame.revision());
      return {std::to_string(frame.revision()), {}, true};
    default:
      require(frame.type() == FrameType::drain, "a frame of the link has a known type");
      writer.drain(channel::reason_of(frame));
      return {};
  }
}

Meaning meaning_of(const wire::Frame& frame, const std::string& payload) {
  std::string out;
  FrameWriter writer(out);
  Meaning meaning;
  switch (frame.type()) {
    case FrameType::open:
      meaning = meaning_of_open(frame, writer);
      break;
    case FrameType::head:
      meaning = meaning_of_head(frame, writer);
      break;
    case FrameType::data:
      meaning = meaning_of_data(frame, payload, out, writer);
      break;
    case FrameType::credit:
      meaning = meaning_of_credit(frame, writer);
      break;
    case FrameType::end:
      meaning = meaning_of_end(frame, writer);
      break;
    case FrameType::stop:
      writer.stop(frame.stream());
      break;
    case FrameType::reset:
      meaning = meaning_of_reset(frame, writer);
      break;
    case FrameType::attach:
      writer.attach(frame.stream(), channel::text_of(frame.ticket()));
      meaning.text = channel::text_of(frame.ticket());
      break;
    default:
      meaning = meaning_of_link_frame(frame, writer);
  }
  meaning.text = std::string(channel::name_of(frame.type())) + ' ' +
                 std::to_string(frame.stream()) + '\n' + meaning.text;
  meaning.again = std::move(out);
  return meaning;
}

// Every frame as it stands there, and what comes of the rest.
template <class Each>
std::string read(std::string_view bytes, Cut cut, Each each) {
  PiecePool pool;
  std::string text;
  {
    FrameReader reader(pool.blocks());
    in_pieces(pool, bytes, cut, [&](core::Slice piece) {
      for (;;) {
        const FrameReader::Step step = reader.next(piece);
        if (step == FrameReader::Step::need_more) return true;
        if (step == FrameReader::Step::fault) {
          text += "fault: " + std::string(reader.fault());
          return false;
        }
        const std::string payload = reader.take_payload().to_string();
        require(payload.size() == reader.payload_bytes(), "a payload is whole");
        text.append(reinterpret_cast<const char*>(reader.header().data()), reader.header().size());
        text += payload + '\n';
        each(reader.frame(), payload);
      }
    });
    text += reader.between_frames() ? " between" : " within";
    reader.let_go_of_idle_block();
  }
  require(pool.blocks().blocks_in_use() == 0, "a reader that is gone holds no block");
  return text;
}

void check_written_anew(const wire::Frame& frame, const std::string& payload) {
  const Meaning meaning = meaning_of(frame, payload);
  if (!meaning.written)
    require(meaning.text.size() > surely_fits_bytes, "what was read can be written", meaning.text);
  if (meaning.again.empty()) return;
  int frames = 0;
  const std::string left =
      read(meaning.again, Cut::whole, [&](const wire::Frame& again, const std::string& content) {
        ++frames;
        require_same(meaning_of(again, content).text, meaning.text, "a frame that is written anew");
      });
  require(frames == 1 && left.ends_with(" between"), "one frame, and nothing behind it", left);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = view_of(data, size);
  const auto nothing = [](const hawser::wire::Frame&, const std::string&) {};
  const std::string whole = read(bytes, Cut::whole, check_written_anew);
  require_same(whole, read(bytes, Cut::octets, nothing), "octet by octet, the same");
  require_same(whole, read(bytes, Cut::scattered, nothing), "in pieces, the same");
  return 0;
}

}  // namespace hawser::fuzz
