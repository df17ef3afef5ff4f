// SPDX-License-Identifier: Apache-2.0
#include "core/dns.h"

#include <gtest/gtest.h>
#include <unistd.h>
#include <uv.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "core/loop.h"
#include "support/test_loop.h"

namespace hawser::core {
namespace {

using test::run_until;

// A name server of the test's own: answers A with an address or an error code, AAAA with nothing.
class NameServer {
 public:
  explicit NameServer(Loop& loop) : loop_(loop), udp_(new uv_udp_t) {
    uv_udp_init(loop.raw(), udp_);
    udp_->data = this;
    const Address any = Address::parse("127.0.0.1:0").value();
    uv_udp_bind(udp_, any.raw(), 0);
    sockaddr_storage bound{};
    int length = sizeof(bound);
    uv_udp_getsockname(udp_, reinterpret_cast<sockaddr*>(&bound), &length);
    address_ =
        Address::from_sockaddr(reinterpret_cast<sockaddr*>(&bound), static_cast<socklen_t>(length));
    uv_udp_recv_start(
        udp_,
        [](uv_handle_t* handle, size_t, uv_buf_t* buf) {
          *buf = uv_buf_init(self(handle).buffer_, sizeof(buffer_));
        },
        [](uv_udp_t* udp, ssize_t n, const uv_buf_t*, const sockaddr* from, unsigned) {
          if (n > 12 && from != nullptr) self(udp).answer(static_cast<size_t>(n), from);
        });
  }
  ~NameServer() {
    uv_close(reinterpret_cast<uv_handle_t*>(udp_),
             [](uv_handle_t* handle) { delete reinterpret_cast<uv_udp_t*>(handle); });
    loop_.turn(false);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  std::string address() const { return address_.to_string(); }
  std::string ip = "192.0.2.7";
  int code = 0;  // 2: server failure, 3: no such name
  bool silent = false;
  int questions = 0;

 private:
  template <class Handle>
  static NameServer& self(Handle* handle) {
    return *static_cast<NameServer*>(handle->data);
  }
  void answer(size_t bytes, const sockaddr* to) {
    ++questions;
    if (silent) return;
    size_t end = 12;  // behind the one question
    while (end < bytes && buffer_[end] != 0) end += static_cast<size_t>(buffer_[end]) + 1;
    end += 5;
    std::string reply(buffer_, end);
    const bool is_a = end >= 4 && reply[end - 3] == 1 && reply[end - 4] == 0;
    reply[2] = '\x81';
    reply[3] = static_cast<char>(0x80 | code);
    std::memset(&reply[6], 0, 6);
    if (is_a && code == 0) {
      reply[7] = 1;
      reply += std::string("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
      const Address found = Address::from_ip(ip, 0).value();
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(found.raw());
      reply.append(reinterpret_cast<const char*>(&v4->sin_addr), 4);
    }
    uv_buf_t buf = uv_buf_init(reply.data(), static_cast<unsigned>(reply.size()));
    uv_udp_try_send(udp_, &buf, 1, to);
  }

  Loop& loop_;
  uv_udp_t* udp_;
  Address address_;
  char buffer_[512];
};

std::string text_of(const DnsResult& result) {
  if (!result) return "error: " + result.error().reason;
  std::string text;
  for (const Address& address : *result) text += (text.empty() ? "" : " ") + address.ip();
  return text;
}

class DnsTest : public testing::Test {
 protected:
  std::string resolve(Resolver& resolver, std::string_view host) {
    outcome_.reset();
    const auto query = resolver.resolve(host, [&](DnsResult result) { outcome_ = result; });
    EXPECT_FALSE(outcome_.has_value()) << "answered within the call";
    EXPECT_TRUE(run_until(loop_, [&] { return outcome_.has_value(); }));
    return outcome_ ? text_of(*outcome_) : "";
  }

  Loop loop_;
  NameServer server_{loop_};
  std::optional<DnsResult> outcome_;
};

TEST_F(DnsTest, LiteralsAndLocalhostAskNobody) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  EXPECT_EQ(resolve(resolver, "192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(resolve(resolver, "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(resolve(resolver, "[::1]"), "::1");
  EXPECT_EQ(resolve(resolver, "localhost"), "127.0.0.1 ::1");
  EXPECT_EQ(resolve(resolver, "Wiki.LOCALHOST."), "127.0.0.1 ::1");
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(DnsTest, ANameIsAskedOfTheServer) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  EXPECT_EQ(resolve(resolver, "wiki.internal.example"), "192.0.2.7");
  server_.ip = "192.0.2.8";
  EXPECT_EQ(resolve(resolver, "wiki.internal.example"), "192.0.2.8") << "asked anew each time";
}

TEST_F(DnsTest, AnUnknownNameAndAFailingServerDiffer) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  server_.code = 3;
  EXPECT_EQ(resolve(resolver, "no.example."), "error: the name no.example is not known");
  EXPECT_EQ(outcome_->error().kind, DnsError::Kind::not_found);
  server_.code = 2;
  resolve(resolver, "no.example.");
  EXPECT_EQ(outcome_->error().kind, DnsError::Kind::server_failure);
}

TEST_F(DnsTest, ASilentServerIsGivenUpInBoundedTime) {
  Resolver resolver(loop_, {100, {server_.address()}});
  server_.silent = true;
  resolve(resolver, "slow.example");
  EXPECT_EQ(outcome_->error().kind, DnsError::Kind::timeout);
  EXPECT_NE(outcome_->error().reason.find("slow.example"), std::string::npos);
}

TEST_F(DnsTest, ACancelledQuestionIsNotAnswered) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  bool answered = false;
  auto cancelled = resolver.resolve("wiki.example", [&](DnsResult) { answered = true; });
  auto literal = resolver.resolve("192.0.2.1", [&](DnsResult) { answered = true; });
  cancelled.reset();
  literal.reset();
  EXPECT_EQ(resolve(resolver, "other.example"), "192.0.2.7");
  EXPECT_FALSE(answered);
}

TEST_F(DnsTest, AQuestionMayBeDestroyedWithinItsAnswer) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  std::unique_ptr<DnsQuery> query;
  bool answered = false;
  query = resolver.resolve("wiki.example", [&](DnsResult) {
    query.reset();
    answered = true;
  });
  ASSERT_TRUE(run_until(loop_, [&] { return answered; }));
}

TEST_F(DnsTest, ManyQuestionsAtOnceAreAllAnswered) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  int answered = 0;
  std::vector<std::unique_ptr<DnsQuery>> queries;
  for (int i = 0; i < 50; ++i)
    queries.push_back(resolver.resolve("host" + std::to_string(i) + ".example",
                                       [&](DnsResult result) { answered += result.ok(); }));
  ASSERT_TRUE(run_until(loop_, [&] { return answered == 50; }));
}

TEST_F(DnsTest, WhatIsNoHostNameIsRefused) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  const std::string nul("a\0b", 3);
  for (const std::string& host :
       {std::string(), std::string("."), std::string("a..b"), std::string("-a.example"),
        std::string("a b"), std::string("127.1"), std::string("2130706433"), std::string("a/b"),
        std::string(64, 'a') + ".example", std::string("x@y"), nul}) {
    resolve(resolver, host);
    ASSERT_FALSE(outcome_->ok()) << host;
    EXPECT_EQ(outcome_->error().kind, DnsError::Kind::bad_name) << host;
  }
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(DnsTest, TestsMayOverrideNames) {
  Resolver resolver(loop_, {5000, {server_.address()}});
  resolver.override_name("Edge.Example",
                         std::vector<Address>{Address::from_ip("127.0.0.1", 0).value(),
                                              Address::from_ip("127.0.0.2", 0).value()});
  EXPECT_EQ(resolve(resolver, "edge.example"), "127.0.0.1 127.0.0.2");
  resolver.override_name("edge.example", DnsError{DnsError::Kind::timeout, "staged"});
  EXPECT_EQ(resolve(resolver, "edge.example"), "error: staged");
  EXPECT_EQ(server_.questions, 0);
}

TEST_F(DnsTest, TheHostsFileIsHonoured) {
  const std::string hosts = testing::TempDir() + "hosts-" + std::to_string(getpid());
  std::ofstream(hosts)
      << "# of this test\n192.0.2.7 wiki.internal wiki\n2001:db8::7 wiki.internal\n";
  ASSERT_EQ(setenv("CARES_HOSTS", hosts.c_str(), 1), 0);
  Resolver resolver(loop_, {5000, {server_.address()}});
  EXPECT_EQ(resolve(resolver, "wiki"), "192.0.2.7");
  const std::string both = resolve(resolver, "wiki.internal");
  EXPECT_NE(both.find("192.0.2.7"), std::string::npos) << both;
  EXPECT_NE(both.find("2001:db8::7"), std::string::npos) << both;
  EXPECT_EQ(server_.questions, 0);
  unsetenv("CARES_HOSTS");
  std::filesystem::remove(hosts);
}

TEST_F(DnsTest, AResolverThatGoesLeavesNoQuestionBehind) {
  server_.silent = true;
  bool answered = false;
  std::unique_ptr<DnsQuery> query;
  {
    Resolver resolver(loop_, {5000, {server_.address()}});
    query = resolver.resolve("slow.example", [&](DnsResult result) { answered = !result.ok(); });
    test::settle(loop_);
  }
  ASSERT_TRUE(run_until(loop_, [&] { return answered; }));
}

}  // namespace
}  // namespace hawser::core
