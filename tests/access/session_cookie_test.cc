// SPDX-License-Identifier: Apache-2.0
#include "access/session_cookie.h"

#include <gtest/gtest.h>

#include <string>

#include "access/cookies.h"

namespace hawser::access {
namespace {

KeyRing ring() { return KeyRing().rotated(0, 1, 1); }

SessionFacts alice() {
  SessionFacts facts;
  facts.session = std::string(16, '\x01');
  facts.subject = "u-1";
  facts.user = "alice@example.com";
  facts.marks = std::string("\x05\x00\x80", 3);
  facts.acr = "urn:example:mfa";
  facts.amr = {"pwd", "mfa"};
  facts.signed_in_s = 1'800'000'000;
  facts.expires_s = 1'800'028'800;
  facts.issued_s = 1'800'000'001;
  facts.names_digest = 0xFFFF'FFFF'FFFF'FFFF;
  return facts;
}

TEST(SessionCookie, HoldsThePersonForOneAppOnOneHost) {
  const KeyRing keys = ring();
  const auto value = SessionCookie::seal(keys, "wiki", "wiki.example", alice());
  ASSERT_TRUE(value.ok());
  EXPECT_EQ(SessionCookie::open(keys, "wiki", "wiki.example", *value), alice());
  EXPECT_FALSE(SessionCookie::open(keys, "hr", "wiki.example", *value));
  EXPECT_FALSE(SessionCookie::open(keys, "wiki", "hr.example", *value));
  EXPECT_FALSE(SessionCookie::open(ring(), "wiki", "wiki.example", *value));
  EXPECT_FALSE(SessionCookie::open(keys, "wiki", "wiki.example", ""));
}

TEST(SessionCookie, OpensInItsOwnSpellingAlone) {
  const KeyRing keys = ring();
  const std::string value = SessionCookie::seal(keys, "wiki", "wiki.example", alice()).value();
  const auto opens = [&](const std::string& changed) {
    return SessionCookie::open(keys, "wiki", "wiki.example", changed).has_value();
  };
  ASSERT_TRUE(opens(value));
  for (size_t at = 0; at < value.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string flipped = value;
      flipped[at] = static_cast<char>(static_cast<uint8_t>(flipped[at]) ^ (1U << bit));
      EXPECT_FALSE(opens(flipped)) << "bit " << bit << " of character " << at;
    }
    EXPECT_FALSE(opens(value.substr(0, at)));
  }
  for (const char* more : {"=", "==", "A", "AAAA", " ", "."}) EXPECT_FALSE(opens(value + more));
  EXPECT_FALSE(opens(std::string(1025, 'A')));
}

TEST(SessionCookie, OneOfAKeyThatHasLeftTheRingOpensNothing) {
  const KeyRing old = ring();
  const std::string value = SessionCookie::seal(old, "wiki", "wiki.example", alice()).value();
  const KeyRing rotated = old.rotated(10, 1, 100);
  EXPECT_TRUE(SessionCookie::open(rotated, "wiki", "wiki.example", value));
  const KeyRing without_it = rotated.rotated(200, 1000, 100);
  ASSERT_EQ(without_it.keys().size(), 1u);
  EXPECT_FALSE(SessionCookie::open(without_it, "wiki", "wiki.example", value));
}

TEST(SessionCookie, APersonWithoutANameOfTheirOwnIsCalledByTheSubject) {
  SessionFacts facts = alice();
  facts.user = facts.subject;
  const KeyRing keys = ring();
  const auto value = SessionCookie::seal(keys, "wiki", "wiki.example", facts);
  EXPECT_EQ(SessionCookie::open(keys, "wiki", "wiki.example", *value)->user, "u-1");
}

TEST(SessionCookie, IsNeverLargerThanItsLimit) {
  const KeyRing keys = ring();
  SessionFacts facts = alice();
  size_t largest = 0;
  for (int i = 0; i < 100; ++i) {
    facts.amr.push_back("method " + std::to_string(i));
    const auto value = SessionCookie::seal(keys, "wiki", "wiki.example", facts);
    if (!value.ok()) {
      EXPECT_NE(value.error().reason.find("too long"), std::string::npos);
      break;
    }
    largest = SessionCookie::name("wiki").size() + value->size();
    EXPECT_EQ(SessionCookie::open(keys, "wiki", "wiki.example", *value), facts);
  }
  EXPECT_LE(largest, SessionCookie::limit_bytes);
  EXPECT_GT(largest, SessionCookie::limit_bytes - 60);
}

TEST(Cookies, OursIsFoundAmongOthers) {
  message::Fields fields;
  fields.add("Cookie", "a=b; __Host-hawser-wiki=value; c");
  EXPECT_EQ(find_cookie(fields, "__Host-hawser-wiki"), "value");
  EXPECT_EQ(find_cookie(fields, "a"), "b");
  EXPECT_FALSE(find_cookie(fields, "c"));
  EXPECT_FALSE(find_cookie(fields, "__Host-hawser"));
}

TEST(Cookies, OneThatStandsTwiceIsNone) {
  message::Fields fields;
  fields.add("Cookie", "a=b; c=d; a=b");
  fields.add("Cookie", "c=e");
  EXPECT_FALSE(find_cookie(fields, "a"));
  EXPECT_FALSE(find_cookie(fields, "c"));
}

TEST(Cookies, OursAreTakenOutAndOthersStayAsTheyCame) {
  const std::pair<const char*, const char*> cases[] = {
      {"a=b; __Host-hawser-wiki=v; c=d", "a=b; c=d"},
      {"__Host-hawser-wiki=v; a=\"x y\";b", "a=\"x y\";b"},
      {"a=b;__HOST-Hawser-login=v", "a=b"},
      {"a=__Host-hawser-wiki=v", "a=__Host-hawser-wiki=v"},
      {"a=b;  c=d ;e", "a=b;  c=d ;e"},
  };
  for (const auto& [came, left] : cases) {
    message::Fields fields;
    fields.add("Cookie", came);
    remove_own_cookies(fields);
    EXPECT_EQ(fields.get("Cookie"), left) << came;
  }
}

TEST(Cookies, ALineThatHeldNothingElseGoes) {
  message::Fields fields;
  fields.add("Cookie", "__Host-hawser-wiki=v;__Host-hawser-login=w");
  fields.add("Cookie", "a=b");
  remove_own_cookies(fields);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields.at(0).value, "a=b");
}

TEST(Cookies, AnApplicationCannotSetOurs) {
  message::Fields fields;
  fields.add("Set-Cookie", "__Host-hawser-wiki=stolen; Path=/; Secure");
  fields.add("Set-Cookie", " __host-hawser-login = x");
  fields.add("Set-Cookie", "=__Host-hawser-wiki=x");
  fields.add("Set-Cookie", "session=1");
  refuse_own_cookies(fields);
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields.at(0).value, "session=1");
}

}  // namespace
}  // namespace hawser::access
