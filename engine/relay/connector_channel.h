// SPDX-License-Identifier: Apache-2.0
// ConnectorChannel: the engine's end of one channel, from WELCOME on: gives its link to the
// dispatcher, answers the connector's control calls, moves long bodies to bulk channels. Owner: the
// RelayWorker. Thread: the worker's own.
#pragma once

#include <memory>
#include <string>

#include "channel/link.h"
#include "relay/control_calls.h"
#include "relay/relay_context.h"

namespace hawser::relay {

// Who dialled, as certificate and registry say it.
struct ConnectorIdentity {
  std::string id;
  std::string tenant;
  std::string group;
  std::string name;  // for people
  std::string certificate_sha256;
  std::string address;
};

class ConnectorChannel;

class ConnectorChannelOwner {
 public:
  virtual ~ConnectorChannelOwner() = default;
  virtual void on_channel_lost(ConnectorChannel& channel) = 0;
};

class ConnectorChannel final : private channel::LinkListener {
 public:
  // Sends WELCOME at once.
  ConnectorChannel(RelayContext& context, ConnectorChannelOwner& owner, ControlHost& host,
                   ConnectorIdentity identity, const channel::Hello& hello,
                   std::unique_ptr<core::Transport> transport, const channel::Welcome& welcome);
  ~ConnectorChannel() override;

  const ConnectorIdentity& identity() const { return identity_; }
  bool bulk() const { return purpose_ == channel::Purpose::bulk; }
  channel::Link& link() { return *link_; }
  // Closes it now, with the reason in the log; every stream on it is reset.
  void close(const std::string& reason);

 private:
  void on_open(channel::Stream& stream, message::RequestHead& head,
               channel::OpenInfo& info) override;
  void on_drain(const std::string& reason) override;
  void on_attach(const std::string& ticket) override;
  void on_lost(const core::Error& why) override;

  RelayContext& context_;
  ConnectorChannelOwner& owner_;
  ControlHost& host_;
  ConnectorIdentity identity_;
  channel::Purpose purpose_;
  std::unique_ptr<channel::Link> link_;
};

}  // namespace hawser::relay
