// SPDX-License-Identifier: Apache-2.0
#include "admin_stream.h"

#include <utility>

#include "http/h1_writer.h"

namespace hawser::ctl {
namespace {

constexpr size_t line_limit_bytes = 2 * 1024 * 1024;
constexpr size_t refusal_limit_bytes = 64 * 1024;

}  // namespace

AdminStream::AdminStream(core::Loop& loop, std::unique_ptr<core::Transport> transport,
                         OnLine on_line)
    : loop_(loop),
      on_line_(std::move(on_line)),
      reader_(heads_, limits_, *this),
      transport_(std::move(transport)) {
  transport_->set_listener(*this);
}

AdminStream::~AdminStream() = default;

core::Result<void> AdminStream::get(const std::string& path) {
  message::RequestHeadPtr head = heads_.take_request();
  const std::string_view fault = message::parse_path_and_query(path, head->target);
  if (!fault.empty()) return core::Error{"the target is not valid: " + std::string(fault)};
  head->method = message::Method::get;
  core::ByteChain out;
  http::RequestWriteOptions options;
  options.host = "hawser";
  http::write_request_head(out, loop_.blocks(), *head, options);
  reader_.expect(message::Method::get, false);
  transport_->write(std::move(out));
  while (!result_) loop_.turn(true);
  return *result_;
}

void AdminStream::on_bytes(core::Slice bytes) { reader_.feed(std::move(bytes)); }
void AdminStream::on_end() { reader_.on_connection_end(); }
void AdminStream::on_broken(const core::Error& why) { finish(why); }
void AdminStream::on_error(const message::ExchangeError& error) {
  finish(core::Error{error.reason});
}
void AdminStream::on_message_end(const message::Fields& /*trailers*/) { finish({}); }

void AdminStream::on_head(message::ResponseHeadPtr head) {
  status_ = head->status;
  reader_.allow_body(http::H1ResponseReader::unlimited);
}

void AdminStream::on_body(core::Slice content) {
  std::string_view text = content.view();
  if (status_ >= 400) {
    if (refusal_.size() < refusal_limit_bytes) refusal_ += text;
    return;
  }
  for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    rest_ += text.substr(0, end);
    on_line_(rest_);
    rest_.clear();
    text.remove_prefix(end + 1);
  }
  rest_ += text;
  if (rest_.size() > line_limit_bytes) finish(core::Error{"a line of the answer has no end"});
}

void AdminStream::finish(core::Result<void> result) {
  if (result_) return;
  result_.emplace(std::move(result));
  reader_.stop();
}

}  // namespace hawser::ctl
