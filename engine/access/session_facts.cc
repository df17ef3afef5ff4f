// SPDX-License-Identifier: Apache-2.0
#include "access/session_facts.h"

#include <string>
#include <utility>
#include <vector>

#include "tls/digest.h"

namespace hawser::access {
namespace {

constexpr size_t session_id_bytes = 16;

// A claim that is a text or a list of texts; anything else counts for nothing.
std::vector<std::string> texts_of(const token::Claims& claims, const std::string& name) {
  auto texts = token::texts_claim(claims, name.c_str());
  return texts.ok() ? std::move(texts).value() : std::vector<std::string>();
}

}  // namespace

void mark(SessionFacts& facts, const RuleNames& names, const model::Provider& provider,
          const token::Claims& claims) {
  const std::vector<std::string> groups = texts_of(claims, provider.groups_claim);
  facts.marks = names.marks_of(groups, claims).to_bytes(names.size());
  facts.names_digest = names.digest();
}

SessionFacts session_facts(const model::App& app, const model::Provider& provider,
                           const token::IdToken& id_token, int64_t now_s) {
  SessionFacts facts;
  facts.session = tls::random_bytes(session_id_bytes);
  facts.subject = id_token.subject;
  const auto names = texts_of(id_token.claims, provider.user_claim);
  facts.user = names.size() == 1 && !names.front().empty() ? names.front() : id_token.subject;
  mark(facts, RuleNames(app.rules), provider, id_token.claims);
  facts.acr = id_token.acr;
  facts.amr = id_token.amr;
  facts.signed_in_s = id_token.signed_in_s.value_or(now_s);
  facts.expires_s = now_s + static_cast<int64_t>(app.session.max_age_s);
  facts.issued_s = now_s;
  return facts;
}

}  // namespace hawser::access
