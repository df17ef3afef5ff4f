// SPDX-License-Identifier: Apache-2.0
// What an HTTP/2 request may look like (RFC 9113 8): each case at every cut.
#include <ostream>

#include "http/h2_fixture.h"

namespace hawser::test {
namespace {

// `outcome`: "taken: GET wiki.example / none {fields}", "answered: CODE", "reset: REASON".
struct Case {
  const char* name;
  FieldPairs fields;
  std::string outcome;
  uint8_t flags = end_stream;
};
void PrintTo(const Case& tried, std::ostream* out) { *out << tried.name; }

FieldPairs with(FieldPairs fields, const FieldPairs& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}
// `fields` with the value of one replaced, or without it.
FieldPairs but(FieldPairs fields, const std::string& name, const char* value) {
  std::erase_if(fields, [&](auto& pair) {
    if (pair.first != name) return false;
    if (value != nullptr) pair.second = value;
    return value == nullptr;
  });
  return fields;
}

FieldPairs many(size_t count) {
  FieldPairs fields = get_of();
  for (size_t i = 0; i < count; ++i) fields.emplace_back("x-" + std::to_string(i), "1");
  return fields;
}

FieldPairs crumbs(size_t count) {
  FieldPairs fields = get_of();
  for (size_t i = 0; i < count; ++i) fields.emplace_back("cookie", "a=1");
  return fields;
}

FieldPairs extended_connect() {
  return with({{":protocol", "websocket"}}, but(get_of(), ":method", "CONNECT"));
}

const std::string upgrade = "{Connection: Upgrade}{Upgrade: websocket}";
const std::string taken = "taken: GET wiki.example / none";
const std::string connections = "reset: a field that belongs to a connection";
const std::string bad = "answered: bad_request";

const Case cases[] = {
    {"plain", get_of(), taken},
    {"query", get_of("/a/b?c=d"), "taken: GET wiki.example /a/b?c=d none"},
    {"field", with(get_of(), {{"x-own", "1"}}), taken + " {x-own: 1}"},
    {"empty value", with(get_of(), {{"x-own", ""}}), taken + " {x-own: }"},
    {"obs-text", with(get_of(), {{"x-own", "\xe4"}}), taken + " {x-own: \xe4}"},
    {"port", but(get_of(), ":authority", "wiki.example:8443"),
     "taken: GET wiki.example:8443 / none"},
    {"host alone", with(but(get_of(), ":authority", nullptr), {{"host", "wiki.example"}}),
     taken + " {host: wiki.example}"},
    {"host as authority", with(get_of(), {{"host", "Wiki.Example:443"}}),
     taken + " {host: Wiki.Example:443}"},
    {"cookie crumbs", with(get_of(), {{"cookie", "a=1"}, {"x", "1"}, {"cookie", "b=2; c=3"}}),
     taken + " {x: 1}{Cookie: a=1; b=2; c=3}"},
    {"empty crumbs", with(get_of(), {{"cookie", ""}, {"cookie", "a=1"}, {"cookie", ""}}),
     taken + " {Cookie: a=1}"},
    {"300 crumbs are one field", crumbs(300), "taken: many"},
    {"te trailers", with(get_of(), {{"te", "trailers"}}), taken + " {te: trailers}"},
    {"options star", but(but(get_of(), ":method", "OPTIONS"), ":path", "*"),
     "taken: OPTIONS wiki.example * none"},
    {"length 0", with(post_of(), {{"content-length", "0"}}), "taken: POST wiki.example / 0"},
    {"length known", with(post_of(), {{"content-length", "5"}}), "taken: POST wiki.example / 5", 0},
    {"length unknown", post_of(), "taken: POST wiki.example / chunked", 0},
    {"200 fields", many(200), "taken: many"},

    // 8.3.1: pseudo-fields
    {"no method", but(get_of(), ":method", nullptr), "reset: :method is missing"},
    {"no scheme", but(get_of(), ":scheme", nullptr), "reset: :scheme or :path is missing"},
    {"no path", but(get_of(), ":path", nullptr), "reset: :scheme or :path is missing"},
    {"empty path", but(get_of(), ":path", ""), "reset: :path is empty"},
    {"method twice", with({{":method", "GET"}}, get_of()), "reset: a pseudo-field twice"},
    {"path twice", with({{":path", "/"}}, get_of()), "reset: a pseudo-field twice"},
    {"authority twice", with({{":authority", "wiki.example"}}, get_of()),
     "reset: a pseudo-field twice"},
    {"pseudo behind", with({{"x", "1"}}, get_of()), "reset: a pseudo-field behind a field"},
    {"pseudo of responses", with({{":status", "200"}}, get_of()),
     "reset: a pseudo-field that no request has"},
    {"pseudo unknown", with({{":own", "1"}}, get_of()),
     "reset: a pseudo-field that no request has"},
    // RFC 8441 4
    {"protocol", extended_connect(), "taken: GET wiki.example / none " + upgrade, 0},
    {"protocol of its own", but(extended_connect(), ":protocol", "x/1"),
     "reset: :protocol is no token", 0},
    {"protocol empty", but(extended_connect(), ":protocol", ""), "reset: :protocol is no token", 0},
    {"protocol and no connect", but(extended_connect(), ":method", "GET"),
     "reset: :protocol without CONNECT", 0},
    {"protocol and no path", but(extended_connect(), ":path", nullptr),
     "reset: :scheme or :path is missing", 0},
    {"protocol and no authority",
     with(but(extended_connect(), ":authority", nullptr), {{"host", "wiki.example"}}),
     "reset: CONNECT without :authority", 0},
    {"protocol and a length", with(extended_connect(), {{"content-length", "0"}}),
     "reset: CONNECT with Content-Length", 0},
    {"protocol and no content", extended_connect(), "reset: CONNECT ends its stream at once"},
    {"pseudo in capitals", with({{":Path", "/"}}, but(get_of(), ":path", nullptr)),
     "reset: a pseudo-field that no request has"},
    {"method no token", but(get_of(), ":method", "GE T"), "reset: :method is no token"},
    {"method empty", but(get_of(), ":method", ""), "reset: :method is no token"},
    {"method unknown", but(get_of(), ":method", "BREW"), "answered: not_implemented"},
    {"method small", but(get_of(), ":method", "get"), "answered: not_implemented"},
    {"connect",
     {{":method", "CONNECT"}, {":authority", "wiki.example:443"}},
     "answered: not_implemented"},
    {"connect with path", but(get_of(), ":method", "CONNECT"),
     "reset: CONNECT has :authority alone"},
    {"scheme http", but(get_of(), ":scheme", "http"), bad},
    {"scheme in capitals", but(get_of(), ":scheme", "HTTPS"), bad},
    {"scheme other", but(get_of(), ":scheme", "ftp"), bad},
    {"star for get", but(get_of(), ":path", "*"), bad},
    {"path without slash", but(get_of(), ":path", "a"), bad},
    {"path absolute", but(get_of(), ":path", "https://wiki.example/"), bad},
    {"path with fragment", but(get_of(), ":path", "/a#b"), bad},
    {"path with blank", but(get_of(), ":path", "/a b"), bad},
    {"path with dots", but(get_of(), ":path", "/a/../b"), bad},
    {"path with NUL", but(get_of(), ":path", "/a%00"), bad},
    {"path with CR", but(get_of(), ":path", "/a\r\nX: 1"),
     "reset: a control character in a field value"},
    {"path too long", but(get_of(), ":path", ("/" + std::string(17'000, 'a')).c_str()),
     "answered: target_too_long"},
    {"authority with user", but(get_of(), ":authority", "me@wiki.example"), bad},
    {"authority empty", but(get_of(), ":authority", ""), bad},
    {"authority with path", but(get_of(), ":authority", "wiki.example/a"), bad},
    {"no authority", but(get_of(), ":authority", nullptr), bad},
    {"host twice", with(but(get_of(), ":authority", nullptr), {{"host", "a"}, {"host", "a"}}), bad},
    {"host twice beside", with(get_of(), {{"host", "wiki.example"}, {"host", "wiki.example"}}),
     "reset: Host is not :authority"},
    {"host differs", with(get_of(), {{"host", "news.example"}}), "reset: Host is not :authority"},
    {"host differs in port", with(get_of(), {{"host", "wiki.example:80"}}),
     "reset: Host is not :authority"},
    {"host empty", with(get_of(), {{"host", ""}}), "reset: Host is not :authority"},

    // 8.2: names and values
    {"capital", with(get_of(), {{"X-own", "1"}}), "reset: a field name holds a capital"},
    {"no name", with(get_of(), {{"", "1"}}), "reset: a field has no name"},
    {"blank in name", with(get_of(), {{"x own", "1"}}),
     "reset: a field name holds a character that no token has"},
    {"colon in name", with(get_of(), {{"x:own", "1"}}),
     "reset: a field name holds a character that no token has"},
    {"CR in name", with(get_of(), {{"x\r\ny", "1"}}),
     "reset: a field name holds a character that no token has"},
    {"CRLF in value", with(get_of(), {{"x-own", "1\r\nx-other: 2"}}),
     "reset: a control character in a field value"},
    {"LF in value", with(get_of(), {{"x-own", "1\n2"}}),
     "reset: a control character in a field value"},
    {"NUL in value", with(get_of(), {{"x-own", std::string("a\0b", 3)}}),
     "reset: a control character in a field value"},
    {"DEL in value", with(get_of(), {{"x-own", "\x7f"}}),
     "reset: a control character in a field value"},
    {"blank before value", with(get_of(), {{"x-own", " 1"}}),
     "reset: a blank around a field value"},
    {"tab behind value", with(get_of(), {{"x-own", "1\t"}}), "reset: a blank around a field value"},

    // 8.2.2: fields of connections
    {"connection", with(get_of(), {{"connection", "close"}}), connections},
    {"keep-alive", with(get_of(), {{"keep-alive", "timeout=5"}}), connections},
    {"proxy-connection", with(get_of(), {{"proxy-connection", "close"}}), connections},
    {"transfer-encoding", with(post_of(), {{"transfer-encoding", "chunked"}}), connections, 0},
    {"upgrade", with(get_of(), {{"upgrade", "websocket"}}), connections},
    {"te other", with(get_of(), {{"te", "gzip"}}), "reset: TE is not \"trailers\""},
    {"te more", with(get_of(), {{"te", "trailers, gzip"}}), "reset: TE is not \"trailers\""},

    // 8.1.1: content-length
    {"length without content", with(post_of(), {{"content-length", "5"}}),
     "reset: Content-Length announces content that does not come"},
    {"length twice", with(post_of(), {{"content-length", "5"}, {"content-length", "5"}}),
     "reset: more than one Content-Length", 0},
    {"length list", with(post_of(), {{"content-length", "5, 5"}}),
     "reset: Content-Length is not one decimal number", 0},
    {"length signed", with(post_of(), {{"content-length", "+5"}}),
     "reset: Content-Length is not one decimal number", 0},
    {"length overflowing", with(post_of(), {{"content-length", "99999999999999999999"}}),
     "reset: Content-Length is not one decimal number", 0},
    {"trace with content", but(get_of(), ":method", "TRACE"), bad, 0},

    // 10.5.1: limits
    {"201 fields", many(201), "answered: head_too_large"},
    {"70 KiB",
     with(get_of(), {{"x-own", std::string(35'000, 'a')}, {"y", std::string(35'000, 'b')}}),
     "answered: head_too_large"},
};

std::string outcome_of(H2Pair& pair, const Case& tried) {
  if (!pair.taken.empty()) {
    const message::RequestHead& head = *pair.taken[0]->head;
    if (tried.outcome == "taken: many") return "taken: many";
    std::string text =
        "taken: " + std::string(head.method_text()) + " " + head.target.authority.host;
    if (head.target.authority.port != 0) text += ":" + std::to_string(head.target.authority.port);
    text += " ";
    head.target.append_path_and_query(text);
    text += " " + text_of(head.body_length);
    if (!head.fields.empty()) text += " " + text_of(head.fields);
    return text;
  }
  if (!pair.refused.empty())
    return "answered: " + pair.refused[0].substr(0, pair.refused[0].find(':'));
  if (pair.malformed.empty()) return "nothing";
  EXPECT_EQ(pair.saw("RST_STREAM"), std::vector<std::string>{"RST_STREAM 1 PROTOCOL_ERROR"});
  return "reset: " + pair.malformed[0];
}

class H2Requests : public testing::TestWithParam<Case> {};

TEST_P(H2Requests, AreReadTheSameAtEveryCut) {
  for (const size_t cut : {SIZE_MAX, size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{31}}) {
    if (cut < 7 && block_of(GetParam().fields).size() > 4'000) continue;
    SCOPED_TRACE(cut);
    H2Pair pair({.cut = cut});
    pair.open().send(headers(1, GetParam().fields, GetParam().flags));
    ASSERT_TRUE(run_until(pair.loop, [&] {
      return !pair.taken.empty() || !pair.refused.empty() || !pair.malformed.empty();
    }));
    pair.settle_more();
    EXPECT_EQ(outcome_of(pair, GetParam()), GetParam().outcome);
    EXPECT_EQ(pair.cut, "");
  }
}

// Whatever became of a request, the next one on the connection is served, header tables and all.
TEST_P(H2Requests, LeaveTheConnectionAsItWas) {
  H2Pair pair;
  pair.open().send(headers(1, GetParam().fields, GetParam().flags));
  pair.send(headers(3, get_of("/next")));
  pair.settle_more();
  const auto answers = pair.saw("HEADERS 3 :status=200");
  EXPECT_EQ(answers.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Cases, H2Requests, testing::ValuesIn(cases),
                         [](const testing::TestParamInfo<Case>& one) {
                           std::string name = std::to_string(one.index) + "_";
                           for (const char c : std::string_view(one.param.name))
                             name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           return name;
                         });

}  // namespace
}  // namespace hawser::test
