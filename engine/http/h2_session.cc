// SPDX-License-Identifier: Apache-2.0
#include "http/h2_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

#include "http/h2_callbacks.h"
#include "http/h2_nghttp2.h"

namespace hawser::http {

using message::ErrorCode;
using message::ExchangeError;

namespace {

constexpr int64_t first_window_bytes = 65'535;  // of everything, until our SETTINGS are seen
// Content that nobody has allowed: before they are seen, and later, where padding was given back
// twice.
constexpr size_t early_content_limit_bytes = 65'535;
constexpr size_t late_content_limit_bytes = 1024 * 1024;
constexpr size_t queue_limit_frames = 2'000;

uint32_t goaway_code(H2Cut cut) {
  switch (cut) {
    case H2Cut::settings_timeout:
      return NGHTTP2_SETTINGS_TIMEOUT;
    case H2Cut::early_data_flood:
      return NGHTTP2_FLOW_CONTROL_ERROR;
    case H2Cut::protocol_error:
      return NGHTTP2_PROTOCOL_ERROR;
    default:
      return NGHTTP2_ENHANCE_YOUR_CALM;
  }
}

}  // namespace

void H2Session::Deleter::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

H2Session::H2Session(core::Transport& transport, message::HeadPool& heads, const H1Limits& limits,
                     const H2Limits& h2_limits, H2SessionEvents& events)
    : transport_(transport),
      heads_(heads),
      limits_(limits),
      defence_(h2_limits),
      events_(events),
      nghttp2_(open_server_session(*this, h2_limits)) {
  HAWSER_ASSERT(nghttp2_ != nullptr);
}

H2Session::~H2Session() {
  nghttp2_.reset();
  while (streams_ != nullptr) delete std::exchange(streams_, streams_->next_);
}

void H2Session::begin() {
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, defence_.limits().streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 0},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits_.head_bytes},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
  };
  nghttp2_submit_settings(nghttp2_.get(), NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(nghttp2_.get(), NGHTTP2_FLAG_NONE, 0,
                                        connection_window_bytes);
  request_flush();
}

// --- in

void H2Session::feed(const core::Slice& bytes) {
  if (cut_ || gone_) return;
  input_ = &bytes;
  const ssize_t taken = nghttp2_session_mem_recv(nghttp2_.get(), bytes.data(), bytes.size());
  input_ = nullptr;
  if (taken == NGHTTP2_ERR_FLOODED) {
    cut(H2Cut::unread_answers);
  } else if (taken < 0) {
    cut(H2Cut::protocol_error, nghttp2_strerror(static_cast<int>(taken)));
  } else if (nghttp2_session_get_outbound_queue_size(nghttp2_.get()) > queue_limit_frames) {
    cut(H2Cut::unread_answers);
  }
  request_flush();
}

void H2Session::on_frame_begin(uint8_t type, uint8_t flags, size_t length) {
  const bool empty = length == 0;
  switch (type) {
    case NGHTTP2_DATA:
      frame_content_bytes_ = 0;
      if (empty && (flags & NGHTTP2_FLAG_END_STREAM) == 0) check_rate_of_empty_frames();
      break;
    case NGHTTP2_HEADERS:
      defence_.on_head_begin();
      if (empty) check_rate_of_empty_frames();
      break;
    case NGHTTP2_CONTINUATION:
      if (!defence_.on_continuation()) cut(H2Cut::continuation_flood);
      if (empty) check_rate_of_empty_frames();
      break;
    case NGHTTP2_SETTINGS:
      if ((flags & NGHTTP2_FLAG_ACK) == 0 && !defence_.on_settings(now_ms()))
        cut(H2Cut::settings_flood);
      break;
    case NGHTTP2_PING:
      if (!defence_.on_ping(now_ms())) cut(H2Cut::ping_flood);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      if (!defence_.on_window_update(now_ms())) cut(H2Cut::window_update_flood);
      break;
    case NGHTTP2_RST_STREAM:
      break;
    default:
      if (!defence_.on_other_frame(now_ms())) cut(H2Cut::other_frame_flood);
  }
}

void H2Session::check_rate_of_empty_frames() {
  if (!defence_.on_empty_frame(now_ms())) cut(H2Cut::empty_frame_flood);
}

void H2Session::on_head_begin(int32_t stream_id, bool trailers) {
  set_head_pending(true);
  reader_.start(trailers ? H2HeadReader::Section::trailers : H2HeadReader::Section::request);
  if (trailers) {
    trailers_ = std::make_unique<message::Fields>();
    return;
  }
  trailers_.reset();
  head_ = heads_.take_request();
  auto* const stream = new H2Stream(*this, stream_id);  // owned by the list below
  stream->next_ = streams_;
  if (streams_ != nullptr) streams_->previous_ = stream;
  streams_ = stream;
  ++stream_count_;
  nghttp2_session_set_stream_user_data(nghttp2_.get(), stream_id, stream);
  // All streams in turn, whatever the client would have: a long response must not hold up others.
  nghttp2_extpri in_turn;
  in_turn.urgency = NGHTTP2_EXTPRI_DEFAULT_URGENCY;
  in_turn.inc = 1;
  nghttp2_session_change_extpri_stream_priority(nghttp2_.get(), stream_id, &in_turn, 1);
}

void H2Session::set_head_pending(bool pending) {
  if (head_pending_ == pending) return;
  head_pending_ = pending;
  events_.on_head_pending(pending);
}

void H2Session::on_field(std::string_view name, std::string_view value) {
  if (cut_) return;
  message::Fields* const fields = trailers_ != nullptr ? trailers_.get() : &head_->fields;
  if (!reader_.take(name, value, limits_, *fields)) cut(H2Cut::header_list_bomb);
}

void H2Session::on_head_end(H2Stream* stream, bool stream_ended) {
  set_head_pending(false);
  if (cut_ || stream == nullptr || stream->dead()) return;
  if (trailers_ != nullptr) return on_trailers(*stream, stream_ended);
  on_request_head(*stream, stream_ended);
}

void H2Session::on_request_head(H2Stream& stream, bool stream_ended) {
  const H2Fault fault = reader_.finish_request(stream_ended, limits_, *head_);
  if (fault && fault.malformed) {
    head_.reset();
    return malformed(stream, fault.reason);
  }
  const message::Method method = reader_.method();
  stream.request_ended_ = stream_ended;
  if (fault) {
    head_.reset();
    stream.stop_body();
    return events_.on_refusal(stream, method, ExchangeError::of(fault.code, fault.reason));
  }
  stream.begin_content(head_->extended_connect ? message::BodyLength::unknown()
                                               : head_->body_length);
  events_.on_request(stream, std::move(head_));
}

void H2Session::on_trailers(H2Stream& stream, bool stream_ended) {
  const std::unique_ptr<message::Fields> trailers = std::move(trailers_);
  const H2Fault fault = reader_.finish_trailers(stream_ended, *trailers);
  if (fault) return malformed(stream, fault.reason);
  if (!stream.content_complete()) return malformed(stream, "less content than Content-Length says");
  stream.end_request(*trailers);
}

void H2Session::on_content(H2Stream* stream, const uint8_t* data, size_t length) {
  frame_content_bytes_ += length;
  nghttp2_session_consume_connection(nghttp2_.get(), length);
  if (stream == nullptr || stream->dead() || cut_) return;
  if (!stream->count_content(length))
    return malformed(*stream, "more content than Content-Length says");
  stream->take_content(h2_slice_of(*input_, data, length));
  if (uncovered_bytes_ > (settled_ ? late_content_limit_bytes : early_content_limit_bytes))
    cut(H2Cut::early_data_flood);
}

void H2Session::on_content_end(H2Stream* stream, bool stream_ended, bool padded) {
  if (!stream_ended && padded && frame_content_bytes_ == 0) check_rate_of_empty_frames();
  if (stream == nullptr || stream->dead() || cut_) return;
  if (!stream_ended) return padded ? open_window(*stream) : void();
  if (!stream->content_complete())
    return malformed(*stream, "less content than Content-Length says");
  stream->end_request(no_trailers);
}

bool H2Session::count_room(size_t before, size_t now) {
  if (now > before) return events_.take_room(now - before);
  if (now < before) events_.give_room_back(before - now);
  return true;
}

void H2Session::on_reset_received(H2Stream* stream, uint32_t code) {
  if (stream == nullptr) {
    if (!defence_.on_other_frame(now_ms())) cut(H2Cut::other_frame_flood);
    return;
  }
  stream->client_reset_ = true;
  stream->over(ErrorCode::client_gone,
               std::string("the client reset the stream: ") + nghttp2_http2_strerror(code));
  if (stream->answering_ == H2Stream::Answering::waiting && !defence_.on_reset(now_ms()))
    cut(H2Cut::rapid_reset);
}

void H2Session::on_settings_acknowledged() {
  if (std::exchange(settled_, true)) return;
  events_.on_settled();
}

void H2Session::on_stream_close(H2Stream& stream, uint32_t code) {
  (stream.previous_ != nullptr ? stream.previous_->next_ : streams_) = stream.next_;
  if (stream.next_ != nullptr) stream.next_->previous_ = stream.previous_;
  --stream_count_;
  std::erase(drained_, &stream);
  stream.drop_held();
  stream.closed_ = true;
  const ErrorCode why = code == NGHTTP2_NO_ERROR ? ErrorCode::none : ErrorCode::bad_request;
  stream.over(why, nghttp2_http2_strerror(code));
  transport_.loop().defer_delete(std::unique_ptr<H2Stream>(&stream));
  events_.on_stream_closed();
}

void H2Session::malformed(H2Stream& stream, const char* reason) {
  const bool served = stream.events_ != nullptr;
  reset(stream, H2Reset::protocol_error);
  if (!defence_.on_error(now_ms())) cut(H2Cut::stream_errors);
  if (served) return stream.over(ErrorCode::bad_request, reason);
  events_.on_malformed(ExchangeError::of(ErrorCode::bad_request, reason));
}

// --- out

void H2Session::flush() {
  if (gone_) return;
  write_h2_frames(*nghttp2_, transport_);
  tell_drained();
  if (gone_) return;
  if (cut_) return events_.on_cut(cut_for_, cut_reason_);
  events_.on_written();
}

void H2Session::on_drained() { request_flush(); }

void H2Session::write_now() {
  if (!gone_) write_h2_frames(*nghttp2_, transport_);
}

// False: not now.
bool H2Session::write_data_frame(H2Stream& stream, const uint8_t* frame_head, size_t length) {
  if (!stream.output_.write_frame(transport_, frame_head, length)) return false;
  if (stream.output_.take_drained()) drained_.push_back(&stream);
  return true;
}

void H2Session::tell_drained() {
  for (H2Stream* const stream : std::exchange(drained_, {})) {
    if (stream->events_ != nullptr) stream->events_->on_stream_drained();
  }
}

void H2Session::on_reset_left(const H2Stream* stream, uint32_t code) {
  if (stream != nullptr && stream->reset_sent_) return;  // ours, counted where it was decided
  if (code == NGHTTP2_NO_ERROR || code == NGHTTP2_CANCEL) return;
  if (code == NGHTTP2_REFUSED_STREAM) {
    if (!defence_.on_reset(now_ms())) cut(H2Cut::rapid_reset);
  } else if (!defence_.on_error(now_ms())) {
    cut(H2Cut::stream_errors);
  }
}

void H2Session::reset(H2Stream& stream, H2Reset code) {
  stream.reset_sent_ = true;
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id_,
                            static_cast<uint32_t>(code));
  request_flush();
}

// The client's window follows what the stream allows. nghttp2 gives padding back by itself, but
// only by half windows: what is missing is added here, and what was given twice is taken off the
// next opening.
void H2Session::open_window(const H2Stream& stream) {
  nghttp2_session* const session = nghttp2_.get();
  const int64_t first_bytes = settled_ ? 0 : first_window_bytes;
  const int64_t window_bytes =
      nghttp2_session_get_stream_effective_local_window_size(session, stream.id_) -
      nghttp2_session_get_stream_effective_recv_data_length(session, stream.id_) - first_bytes;
  const int64_t missing_bytes = stream.wanted_window_bytes() - window_bytes;
  if (missing_bytes <= 0) return;
  nghttp2_submit_window_update(session, NGHTTP2_FLAG_NONE, stream.id_,
                               static_cast<int32_t>(std::min<int64_t>(missing_bytes, INT32_MAX)));
  request_flush();
}

void H2Session::resume(const H2Stream& stream) {
  nghttp2_session_resume_data(nghttp2_.get(), stream.id_);
  request_flush();
}

// --- ending

void H2Session::begin_shutdown() {
  nghttp2_submit_shutdown_notice(nghttp2_.get());
  nghttp2_submit_ping(nghttp2_.get(), NGHTTP2_FLAG_NONE, nullptr);
  request_flush();
}

void H2Session::refuse_new_streams() {
  nghttp2_submit_goaway(nghttp2_.get(), NGHTTP2_FLAG_NONE,
                        nghttp2_session_get_last_proc_stream_id(nghttp2_.get()), NGHTTP2_NO_ERROR,
                        nullptr, 0);
  request_flush();
}

void H2Session::cut(H2Cut why, std::string_view reason) {
  if (cut_ || gone_) return;
  cut_ = true;
  cut_for_ = why;
  cut_reason_ = reason.empty() ? words_of(why) : reason;
  nghttp2_session_terminate_session(nghttp2_.get(), goaway_code(why));
  request_flush();
}

void H2Session::on_gone(const std::string& reason) {
  if (std::exchange(gone_, true)) return;
  for (H2Stream* stream = streams_; stream != nullptr; stream = stream->next_) {
    stream->closed_ = true;
    stream->drop_held();
    stream->over(ErrorCode::client_gone, reason);
  }
}

}  // namespace hawser::http
