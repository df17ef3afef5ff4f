// SPDX-License-Identifier: Apache-2.0
// SessionFilter: which sessions an administrator, a provider or a browser means. Owner: nobody,
// values only. Thread: any.
#pragma once

#include <string>

#include "control/sessions.h"

namespace hawser::control {

// What is empty asks for nothing; a filter that asks for nothing at all means no session.
struct SessionFilter {
  std::string id;
  std::string user;
  std::string app;
  std::string provider;
  std::string subject;
  std::string provider_session;
  std::string browser;

  bool empty() const {
    return id.empty() && user.empty() && app.empty() && provider.empty() && subject.empty() &&
           provider_session.empty() && browser.empty();
  }
  bool matches(const SessionRecord& session) const {
    const auto meets = [](const std::string& wanted, const std::string& found) {
      return wanted.empty() || wanted == found;
    };
    return !empty() && meets(id, session.id) && meets(user, session.user) &&
           meets(app, session.app) && meets(provider, session.provider) &&
           meets(subject, session.subject) && meets(provider_session, session.provider_session) &&
           meets(browser, session.browser);
  }
};

}  // namespace hawser::control
