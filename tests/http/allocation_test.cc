// SPDX-License-Identifier: Apache-2.0
// A warm worker reads and writes messages without asking for memory.
#include <gtest/gtest.h>

#include "http/h1_request_reader.h"
#include "http/h1_response_reader.h"
#include "http/h1_writer.h"
#include "http/hop_by_hop.h"
#include "http/transcript.h"
#include "support/counted_allocations.h"

namespace hawser::test {
namespace {

constexpr std::string_view request =
    "POST /some/longer/path/to/a/document.html?with=a&query=string HTTP/1.1\r\n"
    "Host: wiki.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Something/1.0\r\n"
    "Accept: text/html,application/xhtml+xml\r\nCookie: session=0123456789abcdef\r\n"
    "Connection: keep-alive\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Wed, 25 Nov 2026 18:00:00 GMT\r\n"
    "Content-Type: text/html; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n0\r\n\r\n";

// A relay in miniature: reads a request and writes it anew, then the same with its answer.
class Warm final : public http::RequestEvents, public http::ResponseEvents {
 public:
  void exchange() {
    request_reader_.feed(slice_of(pool_, request));
    response_reader_.expect(message::Method::post, false);
    response_reader_.feed(slice_of(pool_, response));
    request_reader_.next_message();
    out_.clear();
  }
  int complete() const { return complete_; }

  void on_head(message::RequestHeadPtr head) override {
    http::remove_hop_by_hop(head->fields);
    http::write_request_head(out_, pool_, *head, {});
    request_reader_.allow_body(http::H1RequestReader::unlimited);
  }
  void on_head(message::ResponseHeadPtr head) override {
    http::remove_hop_by_hop(head->fields);
    http::write_response_head(out_, pool_, *head, {});
    response_reader_.allow_body(http::H1ResponseReader::unlimited);
  }
  void on_interim(message::ResponseHeadPtr) override {}
  void on_body(core::Slice content) override { chunks_.write(out_, std::move(content)); }
  void on_message_end(const message::Fields&) override {
    chunks_.finish(out_);
    ++complete_;
  }
  void on_error(const message::ExchangeError&) override { complete_ = -1000; }

 private:
  core::BlockPool pool_;
  message::HeadPool heads_;
  http::H1Limits limits_;
  http::H1RequestReader request_reader_{heads_, limits_, *this};
  http::H1ResponseReader response_reader_{heads_, limits_, *this};
  http::ChunkWriter chunks_{pool_};
  core::ByteChain out_;
  int complete_ = 0;
};

TEST(WarmWorker, AllocatesNothingForAMessage) {
  Warm worker;
  for (int i = 0; i < 10; ++i) worker.exchange();
  const size_t before = allocations;
  for (int i = 0; i < 100; ++i) worker.exchange();
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(worker.complete(), 220);
}

}  // namespace
}  // namespace hawser::test
