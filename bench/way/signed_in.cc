// SPDX-License-Identifier: Apache-2.0
#include "way/signed_in.h"

#include <ctime>

#include "access/session_facts.h"
#include "way/engine_side.h"

namespace hawser::bench {

SignedIn::SignedIn()
    : keys_(std::make_shared<const access::KeyRing>(access::KeyRing().rotated(0, 1, 1))) {
  model::App app;
  app.name = "wiki";
  guard(app);
  access::SessionFacts facts;
  facts.session = std::string(16, '\x01');
  facts.subject = "8d2f6c1e-9a53-4b1c-8a57-1d4d2f3e9b10";
  facts.user = "ada.lovelace@example.org";
  facts.acr = "urn:example:mfa";
  facts.amr = {"pwd", "mfa"};
  facts.issued_s = facts.signed_in_s = facts.checked_s = std::time(nullptr);
  facts.expires_s = facts.issued_s + 8 * 3600;
  access::mark(facts, access::RuleNames(app.rules), app.identity, provider(),
               {{"groups", {"staff", "choir"}}});
  cookie_ = "theme=dark; " + access::SessionCookie::name(app.name) + "=" +
            access::SessionCookie::seal(*keys_, app.name, public_host, facts).value() + "; lang=en";
}

model::Provider SignedIn::provider() {
  model::Provider provider;
  provider.name = "main";
  provider.issuer = "https://login.example";
  return provider;
}

void SignedIn::guard(model::App& app) const {
  model::AccessRule rule;
  rule.name = "staff";
  rule.who.groups = {"staff"};
  app.access = model::Access::rules;
  app.sign_in.provider = provider().name;
  app.rules = {rule};
  app.revision = model::content_revision(app);
}

}  // namespace hawser::bench
