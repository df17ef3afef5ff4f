// SPDX-License-Identifier: Apache-2.0
#include "access/form_ticket.h"

#include <gtest/gtest.h>

namespace hawser::access {
namespace {

FormTicket ticket() {
  return {std::string(16, 'i'), std::string(32, 'k'), "wiki", "https://login.example", "ada",
          1'700'000'600};
}

KeyRing keys() { return KeyRing({{1, 0, std::string(32, 's')}}); }

TEST(FormTicket, OpensOnlyAsItWasSealed) {
  const std::string sealed = ticket().seal(keys(), "wiki.example");
  const auto opened = FormTicket::open(keys(), "wiki.example", sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->pack(), ticket().pack());
  EXPECT_FALSE(FormTicket::open(keys(), "news.example", sealed));
  EXPECT_FALSE(FormTicket::open(KeyRing({{2, 0, std::string(32, 't')}}), "wiki.example", sealed));
  EXPECT_FALSE(FormTicket::open(keys(), "wiki.example", ""));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(FormTicket::open(keys(), "wiki.example", changed)) << i;
  }
}

TEST(FormTicket, IsFoundByItsClaim) {
  message::Fields fields;
  fields.add("Cookie", "a=b; " + ticket().cookie_name() + "=sealed");
  EXPECT_EQ(claimed_form(ticket().claim()), ticket().id);
  EXPECT_EQ(find_ticket(fields, ticket().id), "sealed");
  EXPECT_FALSE(find_ticket(fields, std::string(16, 'o')));
  EXPECT_FALSE(find_ticket(fields, ""));
  for (const char* other : {"", "hawser-form=", "hawser-form=6969696969696969696969696969696X",
                            "a=69696969696969696969696969696969aaaaaaaaaaa"})
    EXPECT_EQ(claimed_form(other), "") << other;
}

TEST(ParkedForm, IsPackedWhole) {
  ParkedForm form;
  form.target = "/post?a=b";
  form.fields.add("Content-Type", "text/plain");
  form.fields.add("X", "");
  form.body = std::string("a\0b", 3);
  const std::string packed = pack_form(form);
  const auto unpacked = unpack_form(packed);
  ASSERT_TRUE(unpacked.has_value());
  EXPECT_EQ(unpacked->target, form.target);
  EXPECT_EQ(unpacked->body, form.body);
  ASSERT_EQ(unpacked->fields.size(), 2u);
  EXPECT_EQ(unpacked->fields.get("Content-Type"), "text/plain");
  for (size_t cut = 0; cut < packed.size(); ++cut)
    EXPECT_FALSE(unpack_form(packed.substr(0, cut))) << cut;
}

message::RequestHead from(std::initializer_list<std::pair<const char*, const char*>> fields) {
  message::RequestHead head;
  EXPECT_EQ(message::parse_authority("wiki.example:8443", head.target.authority), "");
  for (const auto& [name, value] : fields) head.fields.add(name, value);
  return head;
}

TEST(SameOrigin, IsWhatABrowserSaysOrNothing) {
  EXPECT_TRUE(is_same_origin(from({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}})));
  EXPECT_TRUE(is_same_origin(from({{"Origin", "https://wiki.example:8443"}})));
  EXPECT_TRUE(is_same_origin(from({{"Referer", "https://wiki.example:8443/form"}})));
  EXPECT_FALSE(is_same_origin(from({})));
  EXPECT_FALSE(is_same_origin(
      from({{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://wiki.example:8443"}})));
  EXPECT_FALSE(is_same_origin(from({{"Origin", "https://wiki.example"}})));
  EXPECT_FALSE(is_same_origin(from({{"Origin", "http://wiki.example:8443"}})));
  EXPECT_FALSE(is_same_origin(
      from({{"Origin", "https://wiki.example:8443"}, {"Origin", "https://evil.example"}})));
  EXPECT_FALSE(
      is_same_origin(from({{"Origin", "null"}, {"Referer", "https://wiki.example:8443/form"}})));
  EXPECT_FALSE(is_same_origin(from({{"Referer", "https://wiki.example:84430/"}})));
}

}  // namespace
}  // namespace hawser::access
