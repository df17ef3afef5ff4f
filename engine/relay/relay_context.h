// SPDX-License-Identifier: Apache-2.0
// RelayContext: what every session, exchange and channel of one worker shares.
// Owner: the RelayWorker. Thread: the worker's own.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/gate.h"
#include "channel/frame.h"
#include "core/budget.h"
#include "core/log.h"
#include "core/loop.h"
#include "core/memory_watch.h"
#include "core/recycler.h"
#include "http/h2_limits.h"
#include "http/limits.h"
#include "message/head_pool.h"
#include "model/ip_network.h"
#include "model/timeouts.h"
#include "relay/form_room.h"
#include "relay/relay_metrics.h"
#include "relay/request_facts.h"
#include "relay/request_ids.h"
#include "relay/router.h"

namespace hawser::relay {

class Dispatcher;
class BulkTickets;
class ExchangeIndex;
class LoadGate;
class Offenders;
class SessionBindings;

struct RelayContext {
  core::Loop& loop;
  core::Log& log;
  core::Budget& budget;
  message::HeadPool& heads;
  access::Gate& gate;
  Dispatcher& dispatcher;
  SessionBindings& bindings;
  BulkTickets& bulk_tickets;
  ExchangeIndex& index;
  RelayMetrics& metrics;
  RequestIds& ids;
  std::shared_ptr<const Router>
      router;  // swapped by a reload; exchanges keep the one that they began with
  model::Timeouts timeouts;
  http::H1Limits h1_limits;
  bool log_query = false;
  bool draining = false;
  http::H2Limits h2_limits = {};  // sessions keep those that they began with
  LoadGate* loads = nullptr;      // null: no app has limits
  std::vector<model::Network> trusted_proxies = {};
  std::shared_ptr<FormRooms> form_rooms = std::make_shared<FormRooms>(budget);
  Offenders* offenders = nullptr;  // null: nobody has to wait for the handshake
  std::shared_ptr<const access::Pages> pages = std::make_shared<const access::Pages>();
  access::DecisionRing* decisions = nullptr;  // null: nobody asks about them later
  core::MemoryPressure memory = core::MemoryPressure::none;
  core::Recycler<RequestFacts> facts = core::Recycler<RequestFacts>();
  channel::OpenInfo open = {};  // of the exchange that opens its stream just now
};

}  // namespace hawser::relay
