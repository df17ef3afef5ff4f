// SPDX-License-Identifier: Apache-2.0
#include "relay/bulk_offer.h"

#include "relay/bulk_tickets.h"
#include "relay/request_ids.h"

namespace hawser::relay {

void BulkOffer::on_length(channel::Stream& stream, const message::BodyLength& length) {
  if (length.is_known() && length.bytes >= bulk_from_bytes) offer(stream);
}

void BulkOffer::on_received(channel::Stream& stream, uint64_t total_bytes) {
  if (total_bytes >= bulk_from_bytes && stream.receive_window_bytes() >= bulk_from_window_bytes)
    offer(stream);
}

void BulkOffer::offer(channel::Stream& stream) {
  if (!ticket_.empty() || stream.on_bulk()) return;
  ticket_ = context_.ids.next_ticket();
  context_.bulk_tickets.offer(ticket_, stream);
  stream.offer_bulk(ticket_);
}

void BulkOffer::withdraw() {
  if (ticket_.empty()) return;
  context_.bulk_tickets.withdraw(ticket_);
  ticket_.clear();
}

}  // namespace hawser::relay
