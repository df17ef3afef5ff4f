// SPDX-License-Identifier: Apache-2.0
// What a link hears: every frame is checked against the state of the link and of its stream. A
// Fault closes the link.
#include <algorithm>
#include <utility>

#include "channel/framed_link.h"

namespace hawser::channel {

namespace {

using wire::FrameType;

constexpr uint64_t refusal_within_ms = 1000;

}  // namespace

void FramedLink::on_bytes(core::Slice bytes) {
  if (!alive() || phase_ == Phase::refusing) return;
  liveness_.heard();
  while (alive() && phase_ != Phase::refusing) {
    const FrameReader::Step step = reader_.next(bytes);
    if (step == FrameReader::Step::need_more) break;
    if (step == FrameReader::Step::fault) return violated(reader_.faulty_frame(), reader_.fault());
    behind_bytes_ = bytes.size();
    on_frame();
  }
  behind_bytes_ = 0;
  reader_.let_go_of_idle_block();
}

void FramedLink::on_end() {
  lose({phase_ == Phase::refusing ? refusal_ : "the peer closed the link"}, Closing::end);
}

void FramedLink::on_broken(const core::Error& why) {
  lose(phase_ == Phase::refusing ? core::Error{refusal_} : why, Closing::nothing);
}

void FramedLink::on_frame() {
  const wire::Frame& frame = reader_.frame();
  ++counters_.frames_in;
  counters_.payload_bytes_in += reader_.payload_bytes();
  Fault fault = check_phase(frame.type());
  if (fault.empty())
    fault = frame.stream() == 0 ? take_link_frame(frame)
                                : take_stream_frame(frame, reader_.take_payload());
  if (!fault.empty()) violated(&frame, fault);
}

void FramedLink::violated(const wire::Frame* frame, Fault fault) {
  if (!alive()) return;
  std::string reason = "protocol violation: ";
  if (frame != nullptr) {
    reason += name_of(frame->type());
    if (frame->stream() != 0) reason += " on stream " + std::to_string(frame->stream());
    reason += ": ";
  }
  reason += fault;
  lose({reason}, Closing::reset);
}

Fault FramedLink::check_phase(FrameType type) const {
  switch (phase_) {
    case Phase::hello:
      return is_engine() && type == FrameType::hello ? Fault{} : "before HELLO";
    case Phase::welcome:
      return !is_engine() && (type == FrameType::welcome || type == FrameType::drain)
                 ? Fault{}
                 : "before WELCOME";
    default:
      if (type != FrameType::hello && type != FrameType::welcome) return {};
      return options_.handshake ? "a second greeting" : "a greeting on a link between workers";
  }
}

Fault FramedLink::take_link_frame(const wire::Frame& frame) {
  switch (frame.type()) {
    case FrameType::hello:
      return take_hello(frame);
    case FrameType::welcome:
      return take_welcome(frame);
    case FrameType::drain:
      return take_drain(frame);
    case FrameType::ping: {
      const Fault fault = liveness_.take_ping(frame.token());
      loop_.request_flush(*this);
      return fault;
    }
    case FrameType::pong:
      return liveness_.take_pong(frame.token());
    default:
      break;
  }
  if (is_engine() && options_.handshake) return "from a connector";
  if (frame.type() == FrameType::grant) return take_grant(frame);
  if (frame.type() == FrameType::session_end) {
    listener_.on_session_end(frame.client_session());
  } else {
    listener_.on_config(frame.revision());
  }
  return {};
}

void FramedLink::know_peer(const Hello& hello) {
  initial_request_credit_bytes_ = hello.initial_request_credit_bytes;
  our_limit_ = hello.stream_limit;
  bulk_ = hello.purpose == Purpose::bulk;
  peer_takes_grants_ = (hello.features & feature_grants) != 0;
}

Fault FramedLink::take_hello(const wire::Frame& frame) {
  const Hello hello = hello_of(frame);
  if (std::find(hello.versions.begin(), hello.versions.end(), wire_version) ==
      hello.versions.end()) {
    refuse_versions(hello);
    return {};
  }
  know_peer(hello);
  phase_ = Phase::welcome;
  deadline_.disarm();
  listener_.on_hello(hello);
  return {};
}

void FramedLink::refuse_versions(const Hello& hello) {
  std::string reason = "no version in common: this engine speaks " + std::to_string(wire_version) +
                       ", the connector";
  for (const uint16_t version : hello.versions) reason += " " + std::to_string(version);
  refuse(reason);
}

// The peer is told why, and then that nothing follows.
void FramedLink::refuse(const std::string& reason) {
  if (phase_ != Phase::hello && phase_ != Phase::welcome) return;
  HAWSER_ASSERT(is_engine());
  refusal_ = reason;
  writer_.drain(refusal_);
  write_control();
  transport_->end();
  phase_ = Phase::refusing;
  deadline_.arm(loop_.timers(), refusal_within_ms);
}

Fault FramedLink::take_welcome(const wire::Frame& frame) {
  const Welcome welcome = welcome_of(frame);
  if (std::find(versions_.begin(), versions_.end(), welcome.version) == versions_.end())
    return "a version that was not offered";
  our_limit_ = welcome.stream_limit;
  establish();
  listener_.on_welcome(welcome);
  return {};
}

Fault FramedLink::take_drain(const wire::Frame& frame) {
  const std::string reason = reason_of(frame);
  if (phase_ == Phase::welcome) {
    lose({"the engine refused: " + reason}, Closing::end);
    return {};
  }
  if (drain_received_) return "a second one";
  drain_received_ = true;
  if (!drain_sent_) drain("the other side drains");
  listener_.on_drain(reason);
  return {};
}

Fault FramedLink::take_grant(const wire::Frame& frame) {
  auto grant = std::make_shared<const Grant>(grant_of(frame));
  if (grants_seen_.has(grant->name)) return "a second one of that name";
  const std::string& name = grant->name;
  grants_seen_.add(name, grant);
  return {};
}

Fault FramedLink::take_open(const wire::Frame& frame) {
  const uint32_t id = frame.stream();
  if (is_ours(id)) return "an id of the other side's";
  if (id <= their_last_id_) return "an id that was used";
  if (bulk_) return "on a bulk link";
  if (drain_received_) return "after DRAIN";
  if (theirs_open_ >= their_limit_) return "more streams than the limit";
  const Fault fault = decode_request(frame, request_, info_);
  if (!fault.empty()) return fault;
  info_.proof = info_.grant.empty() ? nullptr : grants_seen_.find(info_.grant);
  if (is_engine() && options_.handshake && !info_.bulk_ticket.empty())
    return "a ticket from a connector";
  LinkStream::Start start;
  start.id = id;
  start.request_body = {info_.body, info_.body_bytes};
  start.send_credit_bytes = frame.credit();
  start.first_window_bytes = options_.first_window_bytes;
  start.window_limit_bytes = options_.window_limit_bytes;
  auto made = std::make_unique<LinkStream>(*this, start, budget_, nullptr);
  LinkStream& stream = *made;
  streams_.emplace(id, std::move(made));
  their_last_id_ = id;
  ++theirs_open_;
  ++counters_.streams_accepted;
  if (!grant_initial(stream)) return {};
  const std::string ticket = info_.bulk_ticket;
  if (!ticket.empty()) stream.note_bulk_offered();
  listener_.on_open(stream, request_, info_);
  HAWSER_ASSERT(!alive() || stream.dead() || stream.has_listener());
  if (!ticket.empty() && !stream.dead()) listener_.on_bulk_offered(stream, ticket);
  return {};
}

// HELLO granted this much to every request before it came; False: there is nothing left for it, and
// it was refused.
bool FramedLink::grant_initial(LinkStream& stream) {
  if (is_engine() || initial_request_credit_bytes_ == 0 || stream.receiving_ended()) return true;
  if (stream.grant_unasked(initial_request_credit_bytes_)) return true;
  stream.reset({message::ExchangeError::of(message::ErrorCode::budget_exhausted,
                                           "no memory for the request's body",
                                           message::Retry::origin_untouched),
                true});
  return false;
}

// What we opened may fail as often as we open it: one RESET each. Of others there may be too many.
bool FramedLink::reset_allowed(const wire::Frame& frame) {
  const auto at = streams_.find(frame.stream());
  if (at != streams_.end() && at->second->opened_here()) return true;
  return resets_.allow(loop_.now_ms());
}

Fault FramedLink::take_stream_frame(const wire::Frame& frame, core::ByteChain payload) {
  if (frame.type() == FrameType::open) return take_open(frame);
  if (frame.type() == FrameType::reset && !reset_allowed(frame)) return "a flood";
  if (frame.type() == FrameType::attach && !text_of(frame.ticket()).empty())
    return take_attach(frame);
  if (attached_ != nullptr && attached_->id() == frame.stream())
    return hold(frame, std::move(payload));
  const auto at = streams_.find(frame.stream());
  if (at == streams_.end()) return take_stray(frame, payload.size());
  LinkStream& stream = *at->second;
  if (stream.peer_left() && frame.type() != FrameType::reset) return "behind its ATTACH";
  if (frame.type() == FrameType::attach) return take_marker(stream);
  return give_to_stream(stream, frame, std::move(payload), false);
}

Fault FramedLink::take_stray(const wire::Frame& frame, size_t payload_bytes) {
  const uint32_t id = frame.stream();
  if (id > (is_ours(id) ? our_last_id_ : their_last_id_)) return "a stream that was never opened";
  bool allowed = false;
  switch (frame.type()) {
    case FrameType::head:
    case FrameType::data:
    case FrameType::end:
      allowed = strays_.allow_body(payload_bytes);
      break;
    default:
      allowed = strays_.allow_other();
  }
  return allowed ? Fault{} : "a stream that has ended";
}

Fault FramedLink::give_to_stream(LinkStream& stream, const wire::Frame& frame,
                                 core::ByteChain payload, bool counted) {
  switch (frame.type()) {
    case FrameType::head:
      return take_stream_head(stream, frame);
    case FrameType::data:
      return counted ? stream.take_counted_data(std::move(payload), frame.last())
                     : stream.take_data(std::move(payload), frame.last());
    case FrameType::credit:
      return take_stream_credit(stream, frame);
    case FrameType::end:
      return take_stream_end(stream, frame);
    case FrameType::stop:
      return stream.take_stop();
    case FrameType::reset: {
      const Reset reset = reset_of(frame);
      // On a bulk link it overtakes what the peer sent before on the old one.
      stream.die(&reset, !stream.moving());
      return {};
    }
    default:
      return "not a frame of a stream";
  }
}

Fault FramedLink::take_stream_head(LinkStream& stream, const wire::Frame& frame) {
  const Fault fault = decode_response(frame, response_);
  return fault.empty() ? stream.take_head(response_, frame.bound(), frame.last()) : fault;
}

Fault FramedLink::take_stream_end(LinkStream& stream, const wire::Frame& frame) {
  const Fault fault = decode_fields(frame.fields(), true, trailers_);
  return fault.empty() ? stream.take_end(trailers_) : fault;
}

Fault FramedLink::take_stream_credit(LinkStream& stream, const wire::Frame& frame) {
  const std::string ticket(text_of(frame.ticket()));
  if (!ticket.empty()) {
    if (is_engine() || stream.opened_here()) return "a ticket from a connector";
    if (stream.bulk_offered()) return "a second ticket";
    stream.note_bulk_offered();
  }
  if (frame.credit() > 0) {
    const Fault fault = stream.take_credit(frame.credit());
    if (!fault.empty()) return fault;
  }
  if (!ticket.empty() && !stream.dead()) listener_.on_bulk_offered(stream, ticket);
  return {};
}

}  // namespace hawser::channel
