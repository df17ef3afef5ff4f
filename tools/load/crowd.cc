// SPDX-License-Identifier: Apache-2.0
#include "crowd.h"

#include <algorithm>
#include <utility>

namespace hawser::load {

Crowd::Crowd(core::Loop& loop, const Target& target, const CrowdOptions& options)
    : loop_(loop), target_(target), options_(options) {
  clients_.reserve(options.clients);
}

Crowd::~Crowd() = default;

void Crowd::grow_to(size_t clients) {
  wanted_ = clients;
  dial_more();
}

// One that went is missed until it may come again.
void Crowd::dial_more() {
  while (dialling_ < options_.at_once && clients_.size() + away_ < wanted_) {
    ++dialling_;
    clients_.push_back(std::make_unique<Client>(loop_, target_, options_.receive_buffer_bytes,
                                                static_cast<ClientOwner&>(*this)));
  }
}

void Crowd::for_each(const std::function<void(Client&)>& call) {
  for (const auto& client : clients_)
    if (client->up()) call(*client);
}

std::unique_ptr<Client> Crowd::take(Client& client) {
  const auto found = std::find_if(clients_.begin(), clients_.end(),
                                  [&](const auto& held) { return held.get() == &client; });
  std::swap(*found, clients_.back());
  std::unique_ptr<Client> taken = std::move(clients_.back());
  clients_.pop_back();
  return taken;
}

void Crowd::replace(Client& client) {
  client.leave();
  --up_;
  loop_.defer_delete(take(client));
  loop_.defer_call([this] { dial_more(); });
}

void Crowd::dismiss(Client& client) {
  client.leave();
  ++gone_;
  ++away_;
  --up_;
  loop_.defer_delete(take(client));
}

void Crowd::let_come_again(size_t clients) {
  if (!options_.again) return;
  away_ -= std::min(away_, clients);
  dial_more();
}

void Crowd::on_client_drained(Client& client) {
  if (on_drained) on_drained(client);
}

void Crowd::on_client_up(Client& client) {
  --dialling_;
  ++up_;
  ++came_up_;
  if (on_up) on_up(client);
  dial_more();
}

void Crowd::on_client_answered(Client& client) {
  if (on_answered) on_answered(client);
}

void Crowd::on_client_over(Client& client, const std::string& why) {
  if (gone_++ == 0) first_failure_ = why;
  ++away_;
  --(client.was_up() ? up_ : dialling_);
  loop_.defer_delete(take(client));
  dial_more();
}

}  // namespace hawser::load
