// SPDX-License-Identifier: Apache-2.0
#include "control/session_index.h"

#include "tls/digest.h"

namespace hawser::control {
namespace {

// A provider's words may be longer than a key, and have any characters.
std::string index_prefix(std::string_view kind, const std::string& of, const std::string& word) {
  return "session-index/" + std::string(kind) + "/" + tls::sha256_hex(of + "\n" + word) + "/";
}

}  // namespace

std::vector<std::string> session_index_keys(const SessionRecord& record) {
  std::vector<std::string> keys;
  if (!record.subject.empty())
    keys.push_back(index_prefix("subject", record.provider, record.subject) + record.id);
  if (!record.provider_session.empty())
    keys.push_back(index_prefix("sid", record.provider, record.provider_session) + record.id);
  if (!record.browser.empty())
    keys.push_back(index_prefix("browser", record.app, record.browser) + record.id);
  return keys;
}

std::string session_index_prefix(const SessionFilter& filter) {
  if (!filter.app.empty() && !filter.browser.empty())
    return index_prefix("browser", filter.app, filter.browser);
  if (filter.provider.empty()) return {};
  if (!filter.provider_session.empty())
    return index_prefix("sid", filter.provider, filter.provider_session);
  if (!filter.subject.empty()) return index_prefix("subject", filter.provider, filter.subject);
  return {};
}

}  // namespace hawser::control
