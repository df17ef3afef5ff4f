// SPDX-License-Identifier: Apache-2.0
#include "relay/connector_channel.h"

#include <utility>

#include "relay/bulk_tickets.h"
#include "relay/dispatcher.h"

namespace hawser::relay {

ConnectorChannel::ConnectorChannel(RelayContext& context, ConnectorChannelOwner& owner,
                                   ControlHost& host, ConnectorIdentity identity,
                                   const channel::Hello& hello,
                                   std::unique_ptr<core::Transport> transport,
                                   const channel::Welcome& welcome)
    : context_(context),
      owner_(owner),
      host_(host),
      identity_(std::move(identity)),
      purpose_(hello.purpose) {
  channel::LinkOptions options;
  options.side = channel::Side::engine;
  options.hello_received = true;
  options.hello = hello;
  link_ = channel::Link::make(std::move(transport), *this, context_.budget, options);
  link_->send_welcome(welcome);
  context_.metrics.channels_opened.add();
  context_.metrics.channels.add(1);
  core::LogLine(context_.log, core::Level::info, "channel_open")
      .text("connector", identity_.id)
      .text("group", identity_.group)
      .text("address", identity_.address)
      .text("purpose", bulk() ? "bulk" : "shared")
      .number("worker", welcome.worker);
  if (!bulk())
    context_.dispatcher.add_channel(identity_.group, identity_.id, *link_,
                                    &context_.metrics.connector_streams(identity_.id));
}

ConnectorChannel::~ConnectorChannel() {
  context_.dispatcher.remove_channel(*link_);
  context_.metrics.channels.add(-1);
}

void ConnectorChannel::close(const std::string& reason) {
  link_->drain(reason);  // where nothing is under way, the connector hears why
  link_->close(reason);
}

void ConnectorChannel::on_open(channel::Stream& stream, message::RequestHead& head,
                               channel::OpenInfo& /*info*/) {
  answer_control_call(context_, host_, identity_.id, identity_.group, identity_.certificate_sha256,
                      stream, head);
}

// The connector goes: nothing more is given to it, what is under way finishes.
void ConnectorChannel::on_drain(const std::string& reason) {
  context_.dispatcher.remove_channel(*link_);
  core::LogLine(context_.log, core::Level::info, "channel_draining")
      .text("connector", identity_.id)
      .text_if("reason", reason);
}

void ConnectorChannel::on_attach(const std::string& ticket) {
  channel::Stream* stream = context_.bulk_tickets.redeem(ticket);
  if (stream == nullptr) return link_->close("no stream waits for this bulk ticket");
  context_.metrics.bulk_moves.add();
  link_->accept_attached(*stream);
}

void ConnectorChannel::on_lost(const core::Error& why) {
  context_.dispatcher.remove_channel(*link_);
  context_.metrics.count_channel_lost(why.code != 0 ? "broken" : "closed");
  core::LogLine(context_.log, bulk() ? core::Level::debug : core::Level::info, "channel_lost")
      .text("connector", identity_.id)
      .text("group", identity_.group)
      .text("purpose", bulk() ? "bulk" : "shared")
      .text("reason", why.reason);
  owner_.on_channel_lost(*this);
}

}  // namespace hawser::relay
