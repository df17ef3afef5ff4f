// SPDX-License-Identifier: Apache-2.0
#include "access/page_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "access/answers.h"

namespace hawser::access {
namespace {

using testing::HasSubstr;
using testing::Not;

model::PageTemplate template_of(std::vector<model::PageLanguage> languages) {
  model::PageTemplate made;
  made.languages = std::move(languages);
  return made;
}

TEST(PageWords, EveryTextHasAKeyOfItsOwn) {
  for (const std::string_view key : text_keys()) {
    const auto text = find_text(key);
    ASSERT_TRUE(text.has_value()) << key;
    EXPECT_EQ(key_of(*text), key);
    EXPECT_FALSE(english_of(*text).empty()) << key;
  }
}

TEST(PageWords, FaultsAndErrorsHaveTheirOwnTexts) {
  EXPECT_EQ(key_of(title_text(SignInFault::token_refused)), "sign_in.token_refused.title");
  EXPECT_EQ(key_of(advice_text(SignInFault::engine_failed)), "sign_in.engine_failed.advice");
  EXPECT_EQ(key_of(title_text(message::ErrorCode::no_connector)), "error.no_connector");
}

TEST(Pages, AMissingTextIsEnglish) {
  const Pages pages(template_of({{"de", {{"signed_out.title", "Abgemeldet"}}}}));
  const PageWords& words = pages.words_for("de");
  EXPECT_EQ(words.language(), "de");
  EXPECT_EQ(words[Text::signed_out_title], "Abgemeldet");
  EXPECT_EQ(words[Text::signed_out_advice], english_of(Text::signed_out_advice));
}

struct Wish {
  const char* accept_language;
  const char* got;
};
TEST(Pages, TheBrowsersWishChoosesTheLanguage) {
  const Pages pages(template_of({{"de", {}}, {"pt-BR", {}}}));
  for (const Wish& wish :
       {Wish{"", "en"}, Wish{"de", "de"}, Wish{"DE-at, en;q=0.9", "de"}, Wish{"fr, de;q=0.5", "de"},
        Wish{"pt", "pt-BR"}, Wish{"pt-BR-x-y", "pt-BR"}, Wish{"en, de;q=0.9", "en"},
        Wish{"de;q=0.3, en;q=0.7", "en"}, Wish{"fr", "en"}, Wish{"*", "en"}, Wish{"de;q=0", "en"},
        Wish{";;q=,,-", "en"}})
    EXPECT_EQ(pages.words_for(wish.accept_language).language(), wish.got) << wish.accept_language;
}

TEST(Pages, TheTemplatesDefaultIsForWhoAsksForNone) {
  auto made = template_of({{"de", {}}});
  made.default_language = "de";
  const Pages pages(made);
  EXPECT_EQ(pages.words_for("fr").language(), "de");
  EXPECT_EQ(pages.words_for("en").language(), "en");
}

TEST(Pages, AnOperatorsFrameGetsWhatIsOursEscaped) {
  model::PageTemplate made;
  made.frame =
      "<html lang={{language}} dir={{direction}}><title>{{title}}</title>{{head}}<body>"
      "{{content}}</body>";
  made.languages = {{"en", {{"denied.title", "No <entry>"}, {"direction", "rtl"}}}};
  const Pages pages(made);
  Page page(pages.words_for("en"));
  page.title = pages.words_for("en")[Text::denied_title];
  page.advice = "{{head}}";  // what a rule's message says is no part of the frame
  const std::string html = html_of(page);
  EXPECT_THAT(html, HasSubstr("<html lang=en dir=rtl><title>No &lt;entry&gt;</title>"));
  EXPECT_THAT(html, HasSubstr("<h1>No &lt;entry&gt;</h1>"));
  EXPECT_THAT(html, HasSubstr("<p>{{head}}</p>"));
}

message::RequestHead navigation() {
  message::RequestHead head;
  head.method = message::Method::get;
  head.fields.add("Accept", "text/html");
  return head;
}

TEST(Denial, SaysWhichStepFailed) {
  message::RequestHead head = navigation();
  const Question question{nullptr, head, "192.0.2.7", "id"};
  const PageWords& words = PageWords::english();
  const auto denied = [&](const Denial& denial) {
    return denial_answer(words, question, denial, "now");
  };
  EXPECT_EQ(denied({"bob", "", "", RuleFinding::other_person}).detail, "not_assigned");
  EXPECT_THAT(denied({"bob", "", "", RuleFinding::other_person}).body, HasSubstr("bob"));
  const Answer place = denied({"bob", "", "", RuleFinding::other_place, "192.0.2.7"});
  EXPECT_THAT(place.body, HasSubstr("192.0.2.7"));
  EXPECT_THAT(place.body, HasSubstr("access_denied (other_place)"));
  EXPECT_THAT(denied({"bob", "", "", RuleFinding::other_method}).body, Not(HasSubstr("192.0.2.7")));
  const Answer rule = denied({"bob", "guests", "Use <the> guests' site.", RuleFinding::matched});
  EXPECT_THAT(rule.body, HasSubstr("Use &lt;the&gt; guests&#39; site."));
  EXPECT_THAT(rule.body, Not(HasSubstr(english_of(Text::denied_by_rule))));
  EXPECT_EQ(rule.rule, "guests");
}

TEST(Fault, SaysWhichCheckOfTheTokenFailed) {
  const Answer answer =
      fault_answer(PageWords::english(), {SignInFault::token_refused, "audience_wrong", "aud is x"},
                   "id", "now");
  EXPECT_THAT(answer.body, HasSubstr("token_refused (audience_wrong)"));
  EXPECT_THAT(answer.body, HasSubstr(english_of(Text::token_audience)));
  EXPECT_THAT(answer.body, Not(HasSubstr("aud is x")));
}

}  // namespace
}  // namespace hawser::access
