// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <utility>

#include "http/h1_writer.h"

namespace hawser::http {

Client::Client(std::unique_ptr<core::Transport> transport, size_t response_limit_bytes)
    : reader_(heads_, limits_, *this),
      deadline_([this] { on_due(); }),
      response_limit_bytes_(response_limit_bytes),
      transport_(std::move(transport)) {
  transport_->set_listener(*this);
}

Client::~Client() = default;

void Client::send(const ClientRequest& request, Done done) {
  HAWSER_ASSERT(idle() && done != nullptr);
  core::Loop& loop = transport_->loop();
  done_ = std::move(done);
  response_ = {};
  timeout_ms_ = request.timeout_ms;
  message::RequestHeadPtr head = heads_.take_request();
  const std::string_view fault = message::parse_path_and_query(request.target, head->target);
  if (!usable_) failed_before_ = "the connection can carry no further request";
  if (!fault.empty()) failed_before_ = "the target is not valid: " + std::string(fault);
  if (!failed_before_.empty()) {
    deadline_.arm(loop.timers(), 0);
    return;
  }
  head->method = request.method;
  head->fields = request.fields;
  if (!request.body.empty()) head->body_length = message::BodyLength::known(request.body.size());
  core::ByteChain out;
  RequestWriteOptions options;
  options.host = request.host;
  write_request_head(out, loop.blocks(), *head, options);
  out.append_copy(loop.blocks(), request.body);
  deadline_.arm(loop.timers(), request.timeout_ms);
  reader_.expect(request.method, false);
  transport_->write(std::move(out));
}

void Client::on_due() {
  if (!failed_before_.empty()) {
    finish(core::Error{std::exchange(failed_before_, {})});
    return;
  }
  fail("no complete answer in " + std::to_string(timeout_ms_) + " ms");
}

void Client::on_bytes(core::Slice bytes) { reader_.feed(std::move(bytes)); }

void Client::on_end() {
  usable_ = false;
  reader_.on_connection_end();
}

void Client::on_broken(const core::Error& why) { fail(why.reason, why.code); }

void Client::on_interim(message::ResponseHeadPtr) {}

void Client::on_head(message::ResponseHeadPtr head) {
  response_.status = head->status;
  response_.fields = head->fields;
  if (head->body_length.is_known() && head->body_length.bytes > response_limit_bytes_) {
    fail("the answer is larger than " + std::to_string(response_limit_bytes_) + " bytes");
    return;
  }
  reader_.allow_body(H1ResponseReader::unlimited);
}

void Client::on_body(core::Slice content) {
  if (content.size() > response_limit_bytes_ - response_.body.size()) {
    fail("the answer is larger than " + std::to_string(response_limit_bytes_) + " bytes");
    return;
  }
  response_.body.append(content.view());
}

void Client::on_message_end(const message::Fields&) { finish(std::exchange(response_, {})); }

void Client::on_error(const message::ExchangeError& error) { fail(error.reason); }

void Client::fail(std::string reason, int code) {
  usable_ = false;
  reader_.stop();
  if (done_ != nullptr) finish(core::Error{std::move(reason), code});
}

void Client::finish(core::Result<ClientResponse> result) {
  deadline_.disarm();
  usable_ = usable_ && reader_.keep_alive();
  const Done done = std::exchange(done_, nullptr);
  if (done != nullptr) done(std::move(result));
}

}  // namespace hawser::http
