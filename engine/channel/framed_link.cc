// SPDX-License-Identifier: Apache-2.0
// A link's life and its output.
#include "channel/framed_link.h"

#include <algorithm>
#include <utility>

namespace hawser::channel {

namespace {

constexpr size_t backlog_limit_bytes = 16 * 1024 * 1024;  // of control frames that are not taken
constexpr size_t young_in_row_limit = 8;
constexpr size_t open_backlog_bytes = 1024 * 1024;  // from here on nothing is opened
constexpr size_t kept_control_bytes = 64 * 1024;
constexpr uint32_t last_possible_id = 0xfffffff0;

Reset link_lost(const std::string& reason) {
  return {message::ExchangeError::of(message::ErrorCode::link_lost, reason,
                                     message::Retry::if_idempotent),
          false};
}

}  // namespace

std::unique_ptr<Link> Link::make(std::unique_ptr<core::Transport> transport, LinkListener& listener,
                                 core::Budget& budget, const LinkOptions& options) {
  return std::make_unique<FramedLink>(std::move(transport), listener, budget, options);
}

FramedLink::FramedLink(std::unique_ptr<core::Transport> transport, LinkListener& listener,
                       core::Budget& budget, const LinkOptions& options)
    : loop_(transport->loop()),
      transport_(std::move(transport)),
      listener_(listener),
      budget_(budget),
      options_(options),
      phase_(Phase::hello),
      our_limit_(options.stream_limit),
      their_limit_(options.stream_limit),
      liveness_(
          loop_.timers(), {options.ping_after_ms, options.pong_within_ms, options.pings_per_second},
          [this](uint64_t token) { frames().ping(token); },
          [this] {
            lose({"no answer to PING in " + std::to_string(options_.pong_within_ms) + " ms"},
                 Closing::reset);
          }),
      resets_(options.resets_per_second,
              uint64_t{options.resets_per_second} + options.stream_limit),
      reader_(loop_.blocks()) {
  if (!options.handshake) {
    peer_takes_grants_ = true;
    establish();
  } else if (options.hello_received) {
    know_peer(options.hello);
    phase_ = Phase::welcome;
  } else {
    deadline_.arm(loop_.timers(), options.handshake_within_ms);
  }
  transport_->set_listener(*this);
}

FramedLink::~FramedLink() {
  if (alive()) lose({"the link was given up"}, Closing::reset, true);
}

void FramedLink::establish() {
  phase_ = Phase::open;
  deadline_.disarm();
  resets_.set_burst(uint64_t{options_.resets_per_second} + their_limit_);
  liveness_.start();
}

void FramedLink::send_hello(const Hello& hello) {
  HAWSER_ASSERT(!is_engine() && phase_ == Phase::hello);
  Hello complete = hello;
  if (complete.versions.empty()) complete.versions.push_back(wire_version);
  versions_ = complete.versions;
  complete.features |= feature_grants;
  initial_request_credit_bytes_ = complete.initial_request_credit_bytes;
  their_limit_ = complete.stream_limit;
  bulk_ = complete.purpose == Purpose::bulk;
  frames().hello(complete);
  phase_ = Phase::welcome;
}

void FramedLink::send_welcome(const Welcome& welcome) {
  if (!alive()) return;  // lost between the two
  HAWSER_ASSERT(is_engine() && phase_ == Phase::welcome);
  Welcome complete = welcome;
  complete.version = version_;
  their_limit_ = complete.stream_limit;
  frames().welcome(complete);
  establish();
}

bool FramedLink::can_open() const {
  return phase_ == Phase::open && !bulk_ && !draining() && ours_open_ < our_limit_ &&
         our_last_id_ < last_possible_id && control_.size() < open_backlog_bytes &&
         budget_.free_bytes() >= ReceiveWindow::least_bytes;
}

Stream* FramedLink::open(const message::RequestHead& head, const OpenInfo& info,
                         StreamListener& listener, core::Budget* share) {
  if (!can_open()) return nullptr;
  LinkStream::Start start;
  start.id = our_last_id_ == 0 ? (is_engine() ? 1 : 2) : our_last_id_ + 2;
  start.opened_here = true;
  start.head_request = head.method == message::Method::head;
  start.request_body = body_of(head, info);
  start.send_credit_bytes = is_engine() ? initial_request_credit_bytes_ : 0;
  start.first_window_bytes = options_.first_window_bytes;
  start.window_limit_bytes = options_.window_limit_bytes;
  auto made = std::make_unique<LinkStream>(*this, start, budget_, share);
  LinkStream& stream = *made;
  stream.set_listener(listener);
  if (!stream.start_window()) return nullptr;
  if (!info.bulk_ticket.empty()) stream.note_bulk_offered();
  const bool shown = show_grant(info);
  if (!shown || !frames().open(start.id, head, info, stream.take_grant())) {
    stream.never_opened();
    never_opened_.push_back(std::move(made));
    if (shown)
      stream.fail(message::ErrorCode::head_too_large,
                  "the request's head is larger than 64 KiB or 200 fields");
    else
      stream.fail(message::ErrorCode::identity_unverified,
                  "the connector is of a version that checks nobody's identity");
    return &stream;
  }
  our_last_id_ = start.id;
  ++ours_open_;
  ++counters_.streams_opened;
  streams_.emplace(start.id, std::move(made));
  return &stream;
}

// Once on this link, as long as the peer keeps it. False: it would not understand.
bool FramedLink::show_grant(const OpenInfo& info) {
  if (info.grant.empty()) return true;
  if (!peer_takes_grants_) return false;
  if (info.proof != nullptr && !grants_shown_.has(info.grant) && frames().grant(*info.proof))
    grants_shown_.add(info.grant, nullptr);
  return true;
}

void FramedLink::send_session_end(uint64_t client_session) {
  if (phase_ == Phase::open) frames().session_end(client_session);
}

void FramedLink::send_config(uint64_t revision) {
  if (phase_ == Phase::open) frames().config(revision);
}

void FramedLink::drain(const std::string& reason) {
  if (drain_sent_ || phase_ != Phase::open) return;
  drain_sent_ = true;
  frames().drain(reason);
}

void FramedLink::close(const std::string& reason, bool silent) {
  if (!alive()) return;
  const bool quiet = phase_ == Phase::open && streams_.empty() && attached_ == nullptr;
  if (quiet) write_control();
  lose({reason}, quiet ? Closing::end : Closing::reset, silent);
}

std::unique_ptr<core::Transport> FramedLink::release_transport() {
  if (phase_ != Phase::welcome || !is_engine()) return nullptr;
  if (behind_bytes_ > 0 || !reader_.between_frames()) return nullptr;
  phase_ = Phase::closed;
  deadline_.disarm();
  loop_.cancel_flush(*this);
  return std::move(transport_);
}

void FramedLink::lose(const core::Error& why, Closing closing, bool silent) {
  if (!alive()) return;
  phase_ = Phase::closed;
  deadline_.disarm();
  liveness_.stop();
  if (closing == Closing::end) transport_->end();
  if (closing == Closing::reset) transport_->reset();
  lose_streams(why.reason);
  if (!silent) listener_.on_lost(why);
}

void FramedLink::lose_streams(const std::string& reason) {
  const Reset reset = link_lost("the link was lost: " + reason);
  if (attached_ != nullptr) lose_moving(*attached_, attached_->in(), reset);
  while (!streams_.empty()) {
    LinkStream& stream = *streams_.begin()->second;
    if (stream.ended() && !stream.moving()) {  // it was through, whatever became of the link
      stream.finish_with_held();
    } else if (stream.moving()) {
      lose_moving(stream, stream.out(), reset);
    } else {
      stream.die(&reset, true);
    }
  }
  while (!never_opened_.empty()) never_opened_.back()->fail_now();
}

FrameWriter& FramedLink::frames() {
  if (alive()) loop_.request_flush(*this);
  return writer_;
}

void FramedLink::ready(LinkStream& stream) {
  if (!stream.queued()) (stream.is_young() ? young_ : ready_).push_back(stream);
  loop_.request_flush(*this);
}

void FramedLink::grant_due(LinkStream& stream) {
  if (grants_due_.empty() || grants_due_.back() != stream.id()) grants_due_.push_back(stream.id());
  loop_.request_flush(*this);
}

void FramedLink::stream_changed(LinkStream& stream) {
  if (stream.ended() && stream.leave_count()) --(stream.opened_here() ? ours_open_ : theirs_open_);
  if (!stream.finished()) return;
  changed_.push_back(stream.id());
  loop_.request_flush(*this);
}

void FramedLink::failed(LinkStream& stream) {
  failed_.push_back(stream.id());
  loop_.request_flush(*this);
}

void FramedLink::forget(LinkStream& stream, End end, size_t outstanding_bytes) {
  if (end == End::finished) resets_.earn();
  if (stream.moving()) stream.out().let_go(end, outstanding_bytes);
  if (stream.leave_count()) --(stream.opened_here() ? ours_open_ : theirs_open_);
  std::unique_ptr<LinkStream> owned;
  if (stream.id() == 0) {
    const auto at = std::find_if(never_opened_.begin(), never_opened_.end(),
                                 [&](const auto& each) { return each.get() == &stream; });
    HAWSER_ASSERT(at != never_opened_.end());
    owned = std::move(*at);
    never_opened_.erase(at);
  } else {
    auto node = streams_.extract(stream.id());
    HAWSER_ASSERT(!node.empty());
    owned = std::move(node.mapped());
  }
  loop_.defer_delete(std::move(owned));
  let_go(end, outstanding_bytes);
}

// The books of a stream that ended on this link, or was about to come here.
void FramedLink::let_go(End end, size_t outstanding_bytes) {
  if (end == End::reset_here) {
    strays_.on_reset_by_us(outstanding_bytes);
  } else {
    strays_.on_end();
  }
  attached_ = nullptr;
  held_.clear();
  if (!streams_.empty() || !alive()) return;
  idle_due_ = true;
  loop_.request_flush(*this);
}

LinkStream* FramedLink::find_out(uint32_t id) {
  if (attached_ != nullptr && attached_->id() == id) return attached_;
  const auto at = streams_.find(id);
  return at != streams_.end() && &at->second->out() == this ? at->second.get() : nullptr;
}

void FramedLink::flush() { pump(); }
void FramedLink::on_drained() { pump(); }

void FramedLink::pump() {
  if (pumping_ || !alive() || phase_ == Phase::refusing) return;
  pumping_ = true;
  bool room = write_control();
  while (room && !transport_->over_high_mark()) {
    LinkStream* const stream = next_ready();
    if (stream == nullptr) break;
    stream->write_turn();  // may call out: the stream may be dead, elsewhere, or queued again
    if (!stream->dead() && stream->has_output()) stream->out().ready(*stream);
    room = write_control();
  }
  pumping_ = false;
  settle_ends();
}

// Those of which little was sent go first, so that a small answer waits for no long one; but one of
// the others has its turn behind some of them.
LinkStream* FramedLink::next_ready() {
  if (young_.empty() && ready_.empty()) return nullptr;
  const bool young = ready_.empty() || (!young_.empty() && young_in_row_ < young_in_row_limit);
  young_in_row_ = young ? young_in_row_ + 1 : 0;
  return &static_cast<LinkStream&>((young ? young_ : ready_).pop_front());
}

// False: no room, or the link is lost.
bool FramedLink::write_control() {
  if (!alive()) return false;
  if (transport_->over_high_mark()) {
    if (control_.size() > backlog_limit_bytes)
      lose({"the peer does not take what is sent to it"}, Closing::reset);
    return false;
  }
  if (const auto token = liveness_.take_owed_pong()) writer_.pong(*token);
  write_grants();
  counters_.frames_out = writer_.frames_written();
  if (control_.empty()) return true;
  transport_->write_copy(control_);
  control_.clear();
  if (control_.capacity() > kept_control_bytes) control_.shrink_to_fit();
  return true;
}

void FramedLink::write_grants() {
  for (const uint32_t id : grants_due_) {
    LinkStream* stream = find_out(id);
    if (stream == nullptr) continue;
    const uint32_t bytes = stream->take_grant();
    const std::string ticket = stream->take_ticket();
    if (bytes > 0 || !ticket.empty()) writer_.credit(id, bytes, ticket);
  }
  grants_due_.clear();
}

void FramedLink::settle_failures() {
  while (alive() && !failed_.empty()) {
    const uint32_t id = failed_.back();
    failed_.pop_back();
    LinkStream* stream = id != 0 ? find_out(id) : nullptr;
    if (id == 0 && !never_opened_.empty()) stream = never_opened_.front().get();
    if (stream != nullptr && stream->failed()) stream->fail_now();
  }
}

// What a stream's last bytes, written above, or its failure lead to.
void FramedLink::settle_ends() {
  settle_failures();
  if (!control_.empty()) return;  // the last frames are not with the transport yet
  while (alive() && !changed_.empty()) {
    LinkStream* stream = find_out(changed_.back());
    changed_.pop_back();
    if (stream != nullptr && stream->finished()) stream->finish();
  }
  if (alive() && std::exchange(idle_due_, false) && open_streams() == 0) listener_.on_idle();
}

void FramedLink::on_handshake_due() {
  if (phase_ == Phase::refusing) return lose({refusal_}, Closing::reset);
  lose({std::string(is_engine() ? "no HELLO" : "no WELCOME") + " within " +
        std::to_string(options_.handshake_within_ms) + " ms"},
       Closing::reset);
}

}  // namespace hawser::channel
