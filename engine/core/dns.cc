// SPDX-License-Identifier: Apache-2.0
#include "core/dns.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "core/dns_channel.h"
#include "core/loop.h"

namespace hawser::core {

namespace {

// The system's configuration of names is read again at the first question after this time.
constexpr uint64_t configuration_age_ms = 30'000;

// Lower case, without the dot at the end and without the brackets of an IPv6 literal.
std::string normalise(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host.size() > 1 && host.back() == '.') host.remove_suffix(1);
  std::string name(host);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

bool valid_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

bool valid_name(std::string_view name) {
  if (name.size() > 253) return false;
  std::string_view last;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t dot = std::min(name.find('.', begin), name.size());
    last = name.substr(begin, dot - begin);
    if (!valid_label(last)) return false;
    begin = dot + 1;
  }
  // "127.1" and "2130706433" are spellings of addresses in some libraries and names in none.
  return !std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_localhost(std::string_view name) {
  return name == "localhost" || name.ends_with(".localhost");
}

std::vector<Address> loopback() {
  return {Address::from_ip("127.0.0.1", 0).value(), Address::from_ip("::1", 0).value()};
}

}  // namespace

class Resolver::Question : public DnsQuery, public DnsAsker, private Flushable {
 public:
  Question(Loop& loop, std::string name, DnsCallback done)
      : loop_(loop), name_(std::move(name)), done_(std::move(done)), timeout_([this] {
          on_answer(DnsError{DnsError::Kind::timeout, "no name server answered for " + name_});
        }) {}
  ~Question() override { forget(); }

  void ask(DnsChannel& channel, uint64_t timeout_ms) {
    timeout_.arm(loop_.timers(), timeout_ms);
    auto ticket = std::make_unique<DnsTicket>(DnsTicket{this, nullptr, name_});
    ticket_ = ticket.get();
    channel.ask(std::move(ticket));
  }
  void on_answer(DnsResult answer) override {
    forget();
    answer_ = std::move(answer);
    loop_.request_flush(*this);
  }

 private:
  void forget() {
    timeout_.disarm();
    if (ticket_ != nullptr) ticket_->asker = nullptr;
    ticket_ = nullptr;
  }
  void flush() override {
    const DnsCallback done = std::move(done_);  // may destroy this question
    DnsResult answer = std::move(*answer_);
    done(std::move(answer));
  }

  Loop& loop_;
  std::string name_;
  DnsCallback done_;
  std::optional<DnsResult> answer_;
  DnsTicket* ticket_ = nullptr;
  Deadline timeout_;
};

Resolver::Resolver(Loop& loop, ResolverOptions options)
    : loop_(loop), options_(std::move(options)) {}

Resolver::~Resolver() = default;

std::unique_ptr<DnsQuery> Resolver::resolve(std::string_view host, DnsCallback done) {
  const std::string name = normalise(host);
  auto question = std::make_unique<Question>(loop_, name, std::move(done));
  if (const auto found = overrides_.find(name); found != overrides_.end()) {
    question->on_answer(found->second);
  } else if (const Result<Address> literal = Address::from_ip(name, 0); literal.ok()) {
    question->on_answer(std::vector<Address>{*literal});
  } else if (is_localhost(name)) {
    question->on_answer(loopback());
  } else if (!valid_name(name)) {
    question->on_answer(
        DnsError{DnsError::Kind::bad_name, "\"" + std::string(host) + "\" is not a host name"});
  } else {
    question->ask(channel(), options_.timeout_ms);
  }
  return question;
}

DnsChannel& Resolver::channel() {
  const bool old =
      channel_ != nullptr && loop_.now_ms() - channel_->made_ms() > configuration_age_ms;
  if (channel_ == nullptr || (old && !channel_->busy()))
    channel_ = std::make_unique<DnsChannel>(loop_, options_);
  return *channel_;
}

void Resolver::override_name(std::string_view host, DnsResult answer) {
  overrides_.insert_or_assign(normalise(host), std::move(answer));
}

}  // namespace hawser::core
