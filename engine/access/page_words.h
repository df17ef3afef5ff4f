// SPDX-License-Identifier: Apache-2.0
// PageWords: every text of the pages that people read, in one language, and the frame that all of
// them stand in. An operator's template may replace both; what it leaves out is English. Owner:
// Pages, shared by the workers as a constant. Thread: any, immutable.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "access/page_texts.h"
#include "message/error.h"
#include "message/fields.h"
#include "model/page_template.h"

namespace hawser::access {

// "denied.not_assigned"
std::string_view key_of(Text text);
std::string_view english_of(Text text);
std::optional<Text> find_text(std::string_view key);
// All of them, for the reader of a template.
const std::vector<std::string_view>& text_keys();
// A template that says what is built in, for an operator to change.
std::string default_template();

Text title_text(SignInFault fault);
Text advice_text(SignInFault fault);
Text title_text(message::ErrorCode code);
Text advice_text(message::Blame blame);

class PageWords {
 public:
  // The template's frame with the texts of `language`.
  PageWords(std::shared_ptr<const std::string> frame, const model::PageLanguage& language);
  static const PageWords& english();

  const std::string& operator[](Text text) const { return texts_[static_cast<size_t>(text)]; }
  const std::string& language() const { return language_; }
  const std::string& frame() const { return *frame_; }

 private:
  std::shared_ptr<const std::string> frame_;
  std::string language_;
  std::vector<std::string> texts_;
};

class Pages {
 public:
  explicit Pages(const model::PageTemplate& made = {});

  // The language that the browser would rather read (RFC 9110 12.5.4, looked up by RFC 4647 3.4).
  const PageWords& words_for(std::string_view accept_language) const;
  const PageWords& words_for(const message::Fields& fields) const;

 private:
  std::vector<PageWords> languages_;  // the first is what others than these read
};

}  // namespace hawser::access
