// SPDX-License-Identifier: Apache-2.0
#include "http/h2_client_session.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <utility>

#include "http/h2_field_list.h"
#include "http/h2_nghttp2.h"
#include "http/h2_response.h"

namespace hawser::http {

using message::ErrorCode;

namespace {

H2Refusal refusal_of(uint32_t code, bool wants_http_1_1) {
  const bool refused = code == NGHTTP2_REFUSED_STREAM;
  if (code == NGHTTP2_HTTP_1_1_REQUIRED || (refused && wants_http_1_1))
    return H2Refusal::http_1_1_required;
  return refused ? H2Refusal::refused : H2Refusal::none;
}

constexpr char flood_words[] = "the origin floods the connection with frames that carry nothing";

ssize_t read_content(nghttp2_session* session, int32_t stream_id, uint8_t* /*buffer*/,
                     size_t length, uint32_t* flags, nghttp2_data_source* source, void* /*user*/) {
  const auto& output = *static_cast<const H2Output*>(source->ptr);
  const ssize_t bytes = output.next_frame(length, flags);
  if (bytes >= 0 && (*flags & NGHTTP2_DATA_FLAG_NO_END_STREAM) != 0)
    submit_trailers(*session, stream_id, *output.trailers());
  return bytes;
}

}  // namespace

void H2ClientSession::Deleter::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

H2ClientSession::H2ClientSession(core::Transport& transport, message::HeadPool& heads,
                                 std::string_view scheme, H2ClientSessionEvents& events)
    : transport_(transport),
      heads_(heads),
      scheme_(scheme),
      events_(events),
      nghttp2_(open_client_session(*this)) {
  HAWSER_ASSERT(nghttp2_ != nullptr);
  const nghttp2_settings_entry settings[] = {
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits_.head_bytes},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  };
  nghttp2_submit_settings(nghttp2_.get(), NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(nghttp2_.get(), NGHTTP2_FLAG_NONE, 0,
                                        connection_window_bytes);
  request_flush();
}

H2ClientSession::~H2ClientSession() {
  nghttp2_.reset();
  while (streams_ != nullptr) delete std::exchange(streams_, streams_->next_);
}

// --- out

H2ClientStream* H2ClientSession::open(const message::RequestHead& head, std::string_view authority,
                                      H2ClientStreamEvents& events) {
  if (!usable()) return nullptr;
  auto made = std::make_unique<H2ClientStream>(*this, head.method, events);
  H2FieldList list;
  list.add_request(head, scheme_, authority);
  nghttp2_data_provider provider;
  provider.source.ptr = &made->output_;
  provider.read_callback = read_content;
  const int32_t id =
      nghttp2_submit_request(nghttp2_.get(), nullptr, list.data(), list.size(),
                             head.body_length.has_body() ? &provider : nullptr, made.get());
  if (id < 0) {  // the last id is used up
    going_away_ = true;
    return nullptr;
  }
  H2ClientStream* const stream = made.release();  // owned by the list below
  stream->id_ = id;
  stream->next_ = streams_;
  if (streams_ != nullptr) streams_->previous_ = stream;
  streams_ = stream;
  ++stream_count_;
  ++opened_;
  request_flush();
  return stream;
}

bool H2ClientSession::has_room() const {
  return usable() && stream_count_ < nghttp2_session_get_remote_settings(
                                         nghttp2_.get(), NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
}

void H2ClientSession::flush() {
  if (failed_) return;
  write_h2_frames(*nghttp2_, transport_);
  if (cut_reason_ != nullptr) return fail(cut_reason_);
  for (H2ClientStream* const stream : std::exchange(drained_, {}))
    if (stream->events_ != nullptr) stream->events_->on_stream_drained();
  if (!failed_ && nghttp2_session_want_read(nghttp2_.get()) == 0 &&
      nghttp2_session_want_write(nghttp2_.get()) == 0)
    fail("the origin ended the connection");
}

bool H2ClientSession::write_data_frame(H2ClientStream& stream, const uint8_t* frame_head,
                                       size_t length) {
  if (!stream.output_.write_frame(transport_, frame_head, length)) return false;
  defence_.on_data_sent();
  if (stream.output_.take_drained()) drained_.push_back(&stream);
  return true;
}

void H2ClientSession::resume(const H2ClientStream& stream) {
  nghttp2_session_resume_data(nghttp2_.get(), stream.id_);
  request_flush();
}

void H2ClientSession::give_back_window(const H2ClientStream& stream, size_t bytes) {
  if (failed_ || stream.closed_ || stream.response_ended_) return;
  nghttp2_session_consume_stream(nghttp2_.get(), stream.id_, bytes);
  request_flush();
}

void H2ClientSession::cancel(const H2ClientStream& stream) {
  if (failed_) return;
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_CANCEL);
  request_flush();
}

void H2ClientSession::close() {
  if (failed_) return;
  nghttp2_session_terminate_session(nghttp2_.get(), NGHTTP2_NO_ERROR);
  write_h2_frames(*nghttp2_, transport_);
}

// --- in

void H2ClientSession::feed(const core::Slice& bytes) {
  if (failed_) return;
  input_ = &bytes;
  const ssize_t taken = nghttp2_session_mem_recv(nghttp2_.get(), bytes.data(), bytes.size());
  input_ = nullptr;
  if (taken < 0) cut(nghttp2_strerror(static_cast<int>(taken)));
  request_flush();
}

void H2ClientSession::on_frame_begin(uint8_t type, uint8_t flags, size_t length) {
  const bool answer = (flags & NGHTTP2_FLAG_ACK) != 0;
  bool good = true;
  switch (type) {
    case NGHTTP2_DATA:
      padding_alone_ = length > 0;
      good =
          length > 0 || (flags & NGHTTP2_FLAG_END_STREAM) != 0 || defence_.on_empty_frame(now_ms());
      break;
    case NGHTTP2_HEADERS:
      defence_.on_head_begin();
      break;
    case NGHTTP2_CONTINUATION:
      good = defence_.on_continuation();
      break;
    case NGHTTP2_SETTINGS:
      good = answer || defence_.on_settings(now_ms());
      break;
    case NGHTTP2_PING:
      good = answer || defence_.on_ping(now_ms());
      break;
    case NGHTTP2_WINDOW_UPDATE:
      good = defence_.on_window_update(now_ms());
      break;
    case NGHTTP2_RST_STREAM:
      break;
    default:
      good = defence_.on_other_frame(now_ms());
  }
  if (!good) cut(flood_words);
}

// One for each stream is its end; any more say nothing.
void H2ClientSession::on_reset_received(const H2ClientStream* stream) {
  if (stream == nullptr && !defence_.on_other_frame(now_ms())) cut(flood_words);
}

void H2ClientSession::on_head_begin(const H2ClientStream* stream) {
  reading_trailers_ = stream != nullptr && stream->head_seen_;
  reader_.start(reading_trailers_ ? H2HeadReader::Section::response_trailers
                                  : H2HeadReader::Section::response);
  head_ = heads_.take_response();
}

void H2ClientSession::on_field(std::string_view name, std::string_view value) {
  if (cut_reason_ == nullptr && !reader_.take(name, value, limits_, head_->fields))
    cut("a header section unfolds to many times what is allowed");
}

void H2ClientSession::on_head_end(H2ClientStream* stream, bool stream_ended) {
  if (cut_reason_ != nullptr || stream == nullptr || stream->events_ == nullptr) return;
  if (!reading_trailers_) return on_response_head(*stream, stream_ended);
  const H2Fault fault = reader_.finish_trailers(stream_ended, head_->fields);
  if (fault) return bad_answer(*stream, fault.reason);
  if (!stream->content_complete())
    return bad_answer(*stream, "less content than Content-Length says");
  stream->end_response(head_->fields);
}

void H2ClientSession::on_response_head(H2ClientStream& stream, bool stream_ended) {
  const H2Fault fault = reader_.finish_response(stream_ended, stream.method_, *head_);
  if (fault) return bad_answer(stream, fault.reason);
  if (head_->is_interim()) {
    if (++stream.interim_seen_ > limits_.interim_responses)
      return bad_answer(stream, "too many interim answers");
    return stream.events_->on_interim(std::move(head_));
  }
  stream.head_seen_ = true;
  stream.begin_content(head_->body_length);
  stream.events_->on_head(std::move(head_));
  if (stream_ended && stream.events_ != nullptr) stream.end_response(no_trailers);
}

void H2ClientSession::on_content(H2ClientStream* stream, const uint8_t* data, size_t length) {
  padding_alone_ = padding_alone_ && length == 0;
  nghttp2_session_consume_connection(nghttp2_.get(), length);
  if (stream == nullptr || stream->events_ == nullptr || cut_reason_ != nullptr) return;
  if (!stream->head_seen_) return bad_answer(*stream, "content before the answer's head");
  if (!stream->count_content(length))
    return bad_answer(*stream, "more content than Content-Length says");
  stream->take_content(h2_slice_of(*input_, data, length));
}

void H2ClientSession::on_content_end(H2ClientStream* stream, bool stream_ended) {
  if (!stream_ended && std::exchange(padding_alone_, false) && !defence_.on_empty_frame(now_ms()))
    return cut(flood_words);
  if (!stream_ended || stream == nullptr || stream->events_ == nullptr || cut_reason_ != nullptr)
    return;
  if (!stream->head_seen_) return bad_answer(*stream, "the stream ends before the answer's head");
  if (!stream->content_complete())
    return bad_answer(*stream, "less content than Content-Length says");
  stream->end_response(no_trailers);
}

// --- ending

// The streams that it does not name are closed right after, as refused.
void H2ClientSession::on_goaway(uint32_t code) {
  going_away_ = true;
  wants_http_1_1_ = wants_http_1_1_ || code == NGHTTP2_HTTP_1_1_REQUIRED;
}

void H2ClientSession::on_close(H2ClientStream& stream, uint32_t code) {
  std::erase(drained_, &stream);
  stream.closed_ = true;
  if (!stream.response_ended_) {
    // Whoever has begun to answer a request has processed it, whatever it says.
    const bool answered = stream.head_seen_ || stream.interim_seen_ > 0;
    stream.fail(stream.head_seen_ ? ErrorCode::origin_cut : ErrorCode::origin_closed,
                std::string("the origin reset the stream: ") + nghttp2_http2_strerror(code),
                answered ? H2Refusal::none : refusal_of(code, wants_http_1_1_));
  }
  stream.finish_if_through();
}

void H2ClientSession::release(H2ClientStream& stream) {
  (stream.previous_ != nullptr ? stream.previous_->next_ : streams_) = stream.next_;
  if (stream.next_ != nullptr) stream.next_->previous_ = stream.previous_;
  --stream_count_;
  std::erase(drained_, &stream);
  transport_.loop().defer_delete(std::unique_ptr<H2ClientStream>(&stream));
  events_.on_stream_closed();
}

void H2ClientSession::bad_answer(H2ClientStream& stream, const char* reason) {
  nghttp2_submit_rst_stream(nghttp2_.get(), NGHTTP2_FLAG_NONE, stream.id_, NGHTTP2_PROTOCOL_ERROR);
  request_flush();
  stream.fail(ErrorCode::origin_bad_answer, reason);
}

// At the end of the turn, outside of nghttp2's calls.
void H2ClientSession::cut(const char* reason) {
  if (cut_reason_ != nullptr || failed_) return;
  cut_reason_ = reason;
  nghttp2_session_terminate_session(nghttp2_.get(), NGHTTP2_PROTOCOL_ERROR);
  request_flush();
}

// nghttp2 ends a connection that breaks the rules by itself.
void H2ClientSession::on_goaway_sent(uint32_t code) {
  if (code != NGHTTP2_NO_ERROR && cut_reason_ == nullptr)
    cut_reason_ = nghttp2_http2_strerror(code);
}

void H2ClientSession::fail(const std::string& reason) {
  if (std::exchange(failed_, true)) return;
  const bool bad = cut_reason_ != nullptr;
  std::vector<H2ClientStream*> all;  // one that hears it may release itself
  for (H2ClientStream* stream = streams_; stream != nullptr; stream = stream->next_)
    all.push_back(stream);
  for (H2ClientStream* const stream : all) {
    stream->closed_ = true;
    const bool answered = stream->head_seen_ || stream->interim_seen_ > 0;
    const H2Refusal wanted =
        wants_http_1_1_ && !answered && !bad ? H2Refusal::http_1_1_wanted : H2Refusal::none;
    if (!stream->response_ended_)
      stream->fail(bad                  ? ErrorCode::origin_bad_answer
                   : stream->head_seen_ ? ErrorCode::origin_cut
                                        : ErrorCode::origin_closed,
                   reason, wanted);
    stream->finish_if_through();
  }
  events_.on_session_failed(reason);
}

}  // namespace hawser::http
