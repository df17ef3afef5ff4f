// SPDX-License-Identifier: Apache-2.0
#include "access/page.h"

#include <gtest/gtest.h>

#include "access/visitor.h"

namespace hawser::access {
namespace {

using message::Method;

message::RequestHead request(Method method,
                             std::initializer_list<std::pair<const char*, const char*>> fields) {
  message::RequestHead head;
  head.method = method;
  for (const auto& [name, value] : fields) head.fields.add(name, value);
  return head;
}

TEST(Page, WhatComesFromElsewhereIsText) {
  Page page;
  page.title = "<b>";
  page.facts = {{"Reason", "\"><script>alert(1)</script>"}};
  page.next_url = "https://x/\"onclick='a'";
  const std::string html = html_of(page);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("\"onclick"), std::string::npos);
  EXPECT_NE(html.find("&lt;b&gt;"), std::string::npos);
}

TEST(Page, AScriptsTextCannotEndTheScript) {
  EXPECT_EQ(script_text("</script>\"\n"), "\"\\u003c/script>\\\"\\n\"");
}

TEST(Page, OnlyItsOwnScriptRuns) {
  Page page;
  page.script = "go()";
  page.nonce = "abc";
  EXPECT_NE(html_of(page).find("<script nonce=\"abc\">go()</script>"), std::string::npos);
  EXPECT_NE(policy_of(page).find("script-src 'nonce-abc'"), std::string::npos);
  EXPECT_EQ(policy_of(Page()).find("script-src"), std::string::npos);
}

TEST(Visitor, HtmlWithAQualityOfZeroIsNotWanted) {
  EXPECT_TRUE(prefers_html("application/json, text/html;q=0.5"));
  EXPECT_FALSE(prefers_html("text/html;q=0"));
  EXPECT_FALSE(prefers_html("text/html;q=0.000, application/json"));
  EXPECT_FALSE(prefers_html("*/*"));
  EXPECT_FALSE(prefers_html(""));
}

TEST(Visitor, ABrowserThatOpensAPageNavigates) {
  EXPECT_EQ(visitor_of(request(Method::get,
                               {{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "document"}})),
            Visitor::navigation);
  EXPECT_EQ(visitor_of(request(Method::get, {{"Accept", "text/html,*/*;q=0.8"}})),
            Visitor::navigation);
  EXPECT_EQ(visitor_of(request(Method::post, {{"Sec-Fetch-Mode", "navigate"}})),
            Visitor::submission);
}

TEST(Visitor, ScriptsFramesAndProgramsDoNot) {
  EXPECT_EQ(visitor_of(request(Method::get, {})), Visitor::program);
  EXPECT_EQ(visitor_of(request(Method::get, {{"Accept", "*/*"}})), Visitor::program);
  EXPECT_EQ(visitor_of(request(Method::get, {{"Accept", "text/html"}, {"Sec-Fetch-Mode", "cors"}})),
            Visitor::program);
  EXPECT_EQ(visitor_of(request(Method::get,
                               {{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Dest", "iframe"}})),
            Visitor::program);
  EXPECT_EQ(visitor_of(request(Method::get,
                               {{"Accept", "text/html"}, {"X-Requested-With", "XMLHttpRequest"}})),
            Visitor::program);
  EXPECT_EQ(visitor_of(request(Method::get, {{"Accept", "text/html"}, {"Upgrade", "websocket"}})),
            Visitor::program);
}

}  // namespace
}  // namespace hawser::access
