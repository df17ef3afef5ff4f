// SPDX-License-Identifier: Apache-2.0
// Our reading of HTTP/2 heads beside nghttp2's own rules, which the session leaves off: what
// nghttp2 refuses we never take.
#include <random>

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

// Whether a plain nghttp2 server would hand this request on as it is.
bool nghttp2_takes(const std::string& frames) {
  bool taken = false;
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_frame_recv_callback(
      callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
        if (frame->hd.type == NGHTTP2_HEADERS) *static_cast<bool*>(user) = true;
        return 0;
      });
  nghttp2_session_callbacks_set_on_invalid_header_callback(
      callbacks,
      [](nghttp2_session*, const nghttp2_frame*, const uint8_t*, size_t, const uint8_t*, size_t,
         uint8_t, void*) -> int { return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; });
  nghttp2_session* session = nullptr;
  nghttp2_session_server_new(&session, callbacks, &taken);
  const std::string all = preface() + frames;
  nghttp2_session_mem_recv(session, reinterpret_cast<const uint8_t*>(all.data()), all.size());
  nghttp2_session_del(session);
  nghttp2_session_callbacks_del(callbacks);
  return taken;
}

bool we_take(const std::string& frames) {
  H2Pair pair({.answer = false});
  pair.open().send(frames);
  return !pair.taken.empty();
}

// Requests made of parts that are mostly right.
FieldPairs random_request(std::mt19937& random) {
  const auto pick = [&](std::initializer_list<std::string> from) {
    return std::data(from)[random() % from.size()];
  };
  FieldPairs fields = get_of();
  if (random() % 4 == 0)
    fields[0].second = pick({"GET", "POST", "HEAD", "OPTIONS", "CONNECT", "get", "", "G T"});
  if (random() % 4 == 0) fields[1].second = pick({"https", "https", "https", "http", "", "h ttps"});
  if (random() % 4 == 0)
    fields[2].second =
        pick({"wiki.example", "wiki.example:1", "", "a b", "me@wiki.example", "a/b"});
  if (random() % 4 == 0)
    fields[3].second = pick({"/", "/a?b", "*", "", "a", "/a b", "/\x7f", "/\xe4", "http://a/"});
  for (unsigned more = random() % 4; more > 0; --more) {
    fields.emplace_back(
        pick({"x", "host", "te", "cookie", "content-length", "connection", "X", "x y", ":path",
              "upgrade", "transfer-encoding", "proxy-connection", "keep-alive", "", ":own"}),
        pick({"1", "trailers", "wiki.example", "0", "", " 1", "1 ", "a\r\nb", "\x01", "\xe4"}));
  }
  if (random() % 4 == 0) std::swap(fields[random() % fields.size()], fields.back());
  if (random() % 6 == 0) fields.erase(fields.begin() + random() % 4);
  return fields;
}

TEST(H2SecondReading, WhatNghttp2RefusesWeRefuse) {
  std::mt19937 random(static_cast<uint32_t>(test_seed()));
  int both = 0;
  for (int round = 0; round < 3'000; ++round) {
    const FieldPairs fields = random_request(random);
    const std::string frames = headers(1, fields, random() % 2 == 0 ? end_stream : 0);
    const bool ours = we_take(frames);
    const bool theirs = nghttp2_takes(frames);
    both += ours && theirs ? 1 : 0;
    std::string spelled;
    for (const auto& [name, value] : fields) spelled += name + ": " + value + "\n";
    EXPECT_TRUE(theirs || !ours) << spelled;
  }
  EXPECT_GT(both, 10);
}

}  // namespace
}  // namespace hawser::test
