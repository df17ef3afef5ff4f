// SPDX-License-Identifier: Apache-2.0
// How a stream moves to a bulk link. Each side says ATTACH(stream) as its last frame of the stream
// on the old link, and sends on the bulk link from then on; what comes there before the other's
// word on the old link has come, waits. See schema/README.md, "Bulk".
#include <cstring>
#include <utility>

#include "channel/framed_link.h"

namespace hawser::channel {

namespace {

using wire::FrameType;

constexpr size_t held_frames_limit = 32;
constexpr size_t held_header_limit_bytes = 2 * header_limit_bytes;

}  // namespace

void FramedLink::know_attached(uint32_t id) {
  attach_seen_ = true;
  attach_id_ = id;
  (is_ours(id) ? our_last_id_ : their_last_id_) = id;
}

void FramedLink::attach_stream(Stream& stream, const std::string& ticket) {
  auto& moving = static_cast<LinkStream&>(stream);
  HAWSER_ASSERT(phase_ == Phase::open && bulk_ && !attach_seen_ && !is_engine());
  HAWSER_ASSERT(!moving.dead() && !moving.moving() && !ticket.empty());
  // The engine may be through with it before the ticket comes, and nothing is left to carry.
  if (moving.sending_ended())
    return lose({"the stream's answer has ended, it stays where it is"}, Closing::end);
  know_attached(moving.id());
  attach_accepted_ = true;
  frames().attach(moving.id(), ticket);
  adopt(moving);
}

void FramedLink::accept_attached(Stream& stream) {
  auto& moving = static_cast<LinkStream&>(stream);
  HAWSER_ASSERT(bulk_ && attach_seen_ && !attach_accepted_ && is_engine());
  HAWSER_ASSERT(!moving.dead() && !moving.moving());
  if (!alive()) return;
  attach_accepted_ = true;
  if (moving.id() != attach_id_)
    return lose({"protocol violation: ATTACH: the ticket of another stream"}, Closing::reset);
  const bool left = moving.peer_left();
  adopt(moving);
  if (left) take_over(moving);
}

// From here on the stream sends on this link.
void FramedLink::adopt(LinkStream& stream) {
  stream.out().frames().attach(stream.id(), {});
  attached_ = &stream;
  stream.move_out(*this);
  stream.await_move(loop_.timers(), options_.pong_within_ms);
}

Fault FramedLink::take_attach(const wire::Frame& frame) {
  if (!is_engine() || !bulk_) return "a ticket on a link that is not bulk";
  if (attach_seen_) return "a second one";
  know_attached(frame.stream());
  listener_.on_attach(std::string(text_of(frame.ticket())));
  if (alive() && !attach_accepted_)
    lose({"nobody waits for the ticket of this ATTACH"}, Closing::end);
  return {};
}

Fault FramedLink::take_marker(LinkStream& stream) {
  if (stream.moving()) {
    stream.note_peer_left();
    stream.out().take_over(stream);
    return {};
  }
  if (!is_engine() || !stream.bulk_offered()) return "a stream that was not asked to leave";
  stream.note_peer_left();
  stream.await_move(loop_.timers(), options_.pong_within_ms);
  return {};
}

// The old link has nothing more to say about the stream: it is ours.
void FramedLink::take_over(LinkStream& stream) {
  FramedLink& old = stream.in();
  if (stream.leave_count()) --(stream.opened_here() ? old.ours_open_ : old.theirs_open_);
  streams_.insert(old.streams_.extract(stream.id()));
  attached_ = nullptr;
  stream.move_in(*this);
  old.let_go(End::finished, 0);
  replay_held(stream);
}

void FramedLink::keep_header(HeldFrame& held) {
  held.header_bytes = reader_.header().size();
  held.header.resize((held.header_bytes + 7) / 8);
  std::memcpy(held.header.data(), reader_.header().data(), held.header_bytes);
}

Fault FramedLink::hold(const wire::Frame& frame, core::ByteChain payload) {
  const FrameType type = frame.type();
  if (type == FrameType::attach) return "a second one";
  const bool ordered = type == FrameType::head || type == FrameType::data || type == FrameType::end;
  if (!ordered) return give_to_stream(*attached_, frame, std::move(payload), false);
  if (type == FrameType::data) {
    const Fault fault = attached_->count_data(payload.size());
    if (!fault.empty()) return fault;
    if (!held_.empty() && held_.back().open_data && !payload.empty()) {
      held_.back().payload.append(std::move(payload));
      keep_header(held_.back());  // it may be the one that says `last`
      held_.back().open_data = !frame.last();
      return {};
    }
  }
  size_t header_bytes = reader_.header().size();
  for (const HeldFrame& held : held_) header_bytes += held.header.size() * sizeof(uint64_t);
  if (held_.size() >= held_frames_limit || header_bytes > held_header_limit_bytes)
    return "too many frames before the old link was left";
  HeldFrame held;
  keep_header(held);
  held.payload = std::move(payload);
  held.open_data = type == FrameType::data && !frame.last();
  held_.push_back(std::move(held));
  return {};
}

void FramedLink::replay_held(LinkStream& stream) {
  std::vector<HeldFrame> frames = std::exchange(held_, {});
  for (HeldFrame& held : frames) {
    if (!alive() || stream.dead()) return;
    Fault fault;
    const auto* header = reinterpret_cast<const uint8_t*>(held.header.data());
    const auto payload_bytes = static_cast<uint32_t>(held.payload.size());
    const wire::Frame* frame = read_header({header, held.header_bytes}, payload_bytes, fault);
    if (fault.empty()) fault = give_to_stream(stream, *frame, std::move(held.payload), true);
    if (!fault.empty()) violated(frame, fault);
  }
}

void FramedLink::lose_moving(LinkStream& stream, FramedLink& other, const Reset& reset) {
  if (other.alive()) other.frames().reset(stream.id(), reset);
  stream.die(&reset, false);
}

void FramedLink::move_overdue(LinkStream& stream) {
  const Reset reset{message::ExchangeError::of(message::ErrorCode::link_lost,
                                               "the move to a bulk channel took too long",
                                               message::Retry::if_idempotent),
                    false};
  frames().reset(stream.id(), reset);
  if (stream.moving()) stream.out().frames().reset(stream.id(), reset);
  stream.die(&reset, false);
}

}  // namespace hawser::channel
