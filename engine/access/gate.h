// SPDX-License-Identifier: Apache-2.0
// Gate: decides whether a request may pass, before one byte of it reaches the private network. It
// may take its time (a provider is asked) and can be cancelled. Owner: one per worker. Thread: the
// worker's own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/assertions.h"
#include "access/bearer_tokens.h"
#include "access/client_certificate.h"
#include "access/decision_ring.h"
#include "access/event.h"
#include "access/form_ticket.h"
#include "access/held_room.h"
#include "access/id_tokens.h"
#include "access/key_ring.h"
#include "access/opened_cookies.h"
#include "access/page_words.h"
#include "access/renewals.h"
#include "access/revoked_sessions.h"
#include "access/rules.h"
#include "access/session_cookie.h"
#include "access/sign_in_desk.h"
#include "access/silences.h"
#include "core/country_file.h"
#include "core/log.h"
#include "core/loop.h"
#include "message/head.h"
#include "model/app.h"
#include "model/snapshot.h"

namespace hawser::access {

// Everything of ours that a browser may ask for lives below this path of every host, and nothing of
// it is ever forwarded.
inline constexpr std::string_view own_path = "/.hawser/";
// Of a form that is sent to one of them.
inline constexpr size_t own_form_limit_bytes = 16 * 1024;

// What an exchange is admitted with. Every fact that the connector may be told about the user
// stands here.
struct Admission {
  std::shared_ptr<const SessionFacts> facts;  // that were decided on; null: nobody signed in
  std::string rule;        // the rule that admitted, "passthrough" where the app has none
  std::string grant_name;  // of the proof for the connector, where the app asks for it
  std::string grant;       // and the proof: the person's ID token
  uint64_t revision = 0;
  std::string set_cookie;           // for the response; empty: none
  std::vector<std::string> claims;  // what the app's `identity` tells: claim, value, claim, value
  std::string assertion;            // the signed token that says so; empty: none
  int64_t renew_s = 0;       // when the provider has to vouch again for what still runs; 0: never
  std::string claimed_form;  // the id of the one that was kept, for which the request stands
  std::unique_ptr<ParkedForm> form;  // goes on in place of what released it; null: none
  std::string forget_cookie;         // of ours, that has done its work; empty: none

  // Empty: anonymous.
  std::string_view user() const { return facts ? std::string_view(facts->user) : ""; }
  // Its id, raw; empty where there is none.
  std::string_view session() const { return facts ? std::string_view(facts->session) : ""; }
  // When the session ends, and with it what it admitted; 0: never.
  int64_t expires_s() const { return facts ? facts->expires_s : 0; }
};

// An answer of the gate's own.
struct Answer {
  message::ResponseHead head;
  std::string body;
  std::string reason;  // one name for the log
  std::string detail;  // what else the log should know
  std::string user;    // as an Admission has them
  std::string rule;
};

// A form that would be lost while its sender signs in.
struct FormWanted {
  size_t limit_bytes = 0;
  std::string issuer;   // that vouched for its sender
  std::string subject;  // whose session it was, or is
  std::string user;
  std::string stronger;  // the rule that asks for a stronger sign-in; empty: none
};
enum class FormRefusal : uint8_t { too_large, no_room };

struct Denial;
struct WayOn;

// A request that was let in and still runs.
struct Running {
  const model::App& app;  // as it was routed
  const message::RequestHead& head;
  std::string_view client_ip;
  int64_t admitted_s;  // how long ago somebody signed in counts until then
  const std::shared_ptr<const SessionFacts>& facts;  // that it was let in with; null: nobody's
};

enum class Standing : uint8_t {
  goes_on,
  rules_changed,         // and no longer let it in, or not without a stronger sign-in
  session_over,          // revoked, or the provider vouches for the person no more
  provider_unreachable,  // for too long
};

// What became of it.
struct Reconsidered {
  Renewal renewal = Renewal::marks;  // that was asked for
  Standing standing = Standing::goes_on;
  std::shared_ptr<const SessionFacts> facts;  // where they are others now; else null
  int64_t renew_s = 0;                        // as an Admission has it
};

class GateListener {
 public:
  virtual ~GateListener() = default;
  virtual void on_admitted(Admission admission) = 0;
  virtual void on_answered(Answer answer) = 0;
  // Read the request's body, then say so by keep_form() or refuse_form(); that is answered.
  virtual void on_form_wanted(FormWanted wanted) = 0;
  // Only after Gate::reconsider().
  virtual void on_reconsidered(Reconsidered /*outcome*/) {}
};

// Also by another spelling of it, so that no origin sees one.
bool is_own_path(std::string_view canonical_path);

struct Question {
  const model::App* app;       // null for our own pages
  message::RequestHead& head;  // ours is taken out of it
  std::string_view client_ip;
  std::string_view request_id;
  std::string_view body{};  // of a form that was sent to one of our own pages, or looks like it
  ClientCertificate* certificate = nullptr;  // null: the client itself showed none
};

class Gate {
 public:
  // `desk` is null where nobody can sign in (tests of what lies behind), `events` where nobody
  // listens. Both outlive the gate.
  Gate(core::Loop& loop, core::Log& log, SignInDesk* desk, EventSink* events = nullptr);
  ~Gate();

  void apply(std::shared_ptr<const model::Snapshot> snapshot);
  void apply(std::shared_ptr<const KeyRing> keys) {
    keys_ = std::move(keys);
    opened_.forget();
  }
  void apply(std::shared_ptr<const Pages> pages) { pages_ = std::move(pages); }
  void apply(std::shared_ptr<const SigningRing> keys) { assertions_.apply(std::move(keys)); }
  // Where decisions are remembered; outlives the gate.
  void remember_in(DecisionRing& decisions) { decisions_ = &decisions; }
  // Null where no rule looks at countries.
  void apply(std::shared_ptr<const core::CountryFile> countries) {
    countries_ = std::move(countries);
  }
  // Cookies of these sessions open nothing any more.
  void revoke(const RevokedSessions& sessions);

  // Answers through `listener`, during the call or later, once, unless it is cancelled.
  void decide(const Question& question, GateListener& listener);
  void cancel(const GateListener& listener);
  // Decides by the present rules about what earlier ones let in; with `vouched` the provider is
  // asked before, where that is due. `running` and what it refers to stay until the answer.
  void reconsider(const Running& running, Renewal renewal, GateListener& listener);
  // Sessions whose marks are being asked for, and who hears that they have become fewer.
  size_t marking() const { return renewals_.marking(); }
  void on_marked(std::function<void()> call) { renewals_.on_fewer(std::move(call)); }

  // After GateListener::on_form_wanted(), as decide(). `room` is what the body was counted in: it
  // goes when the control thread has answered, whoever still waits for that.
  void keep_form(const Question& question, const FormWanted& wanted, std::string body,
                 std::unique_ptr<HeldRoom> room, GateListener& listener);
  void refuse_form(const Question& question, const FormWanted& wanted, FormRefusal why,
                   GateListener& listener);
  // What became of an admission's form: whether any of it may have reached the application.
  void settle_form(const std::string& id, bool sent);

 private:
  struct Coming;  // a sign-in whose next step takes its time

  using SessionPtr = std::shared_ptr<const SessionFacts>;  // null: there is none
  struct Guarded {
    const model::App* app;
    std::string cookie;  // the name of its sessions' cookie
    Rules rules;
    uint64_t digest;                         // that the marks of a session have
    ClientCertificate::Authority authority;  // null: the app takes no client certificate
  };
  SessionPtr read_session(const Question& question, const Guarded& guarded);
  static Person person_of(const SessionFacts& session, const Guarded& guarded);
  void decide_by_session(const Question& question, const Guarded& guarded, GateListener& listener);
  void ask_rules(const Question& question, const Guarded& guarded, SessionPtr session,
                 GateListener& listener);
  void tell_shadows(const Question& question, const Guarded& guarded, const Person& person,
                    const Decision& decision);

  // --- sessions whose facts are not what the rules need now (gate_renewing.cc)
  bool is_silent(const Guarded& guarded, const SessionFacts& session) const;
  bool is_current(const Guarded& guarded, const SessionFacts& session) const;
  bool is_vouched(const Guarded& guarded, const SessionFacts& session) const;
  void renew(const Question& question, const Guarded& guarded, const SessionPtr& session,
             GateListener& listener);
  void renewed(const Question& question, Renewal renewal, uint64_t ticket,
               const SessionFacts& before, const SignedIn<SessionFacts>& now);
  void note_silence(const Guarded& guarded, const SignedIn<SessionFacts>& now);
  bool outlived_silence(const Guarded& guarded, const SessionFacts& session) const;
  int64_t renew_at(const Guarded& guarded, const SessionFacts& session) const;
  void reconsidered(const Running& running, Renewal renewal, uint64_t ticket,
                    const SignedIn<SessionFacts>& now);
  Reconsidered judge(const Running& running, Renewal renewal, const Guarded& guarded,
                     const SessionFacts& facts) const;
  void admit(const Question& question, const Guarded& guarded, SessionPtr session,
             const Decision& decision, GateListener& listener);
  void renew_cookie(const Question& question, const Guarded& guarded, Admission& admission) const;
  // Admits, with the proof that the app's connector wants to see (gate_proof.cc).
  void prove(const Question& question, const model::App& app, Admission admission,
             GateListener& listener);
  bool still_holds(const Question& question, const Admission& admission) const;
  void proved(const Question& question, uint64_t ticket, Admission admission,
              const SignedIn<std::string>& id_token);
  // `session`: that is not strong enough; null where there is none.
  void ask_to_sign_in(const Question& question, std::string_view stronger,
                      const SessionFacts* session, GateListener& listener);

  // --- events (gate_events.cc)
  Event event_of(EventKind kind, const Question& question) const;
  void tell(Event event);
  void tell_denied(const Question& question, std::string_view reason, std::string_view detail = {});
  void tell_signed_in(const Coming& coming, const SessionFacts& facts);
  // `closest`: why the allow rule that came nearest did not match, of who was denied by none.
  void tell_decision(const Question& question, const Guarded& guarded, const SessionFacts* session,
                     const RequestFacts& facts, const Decision& decision, RuleFinding closest);
  void remember(const Question& question, const Guarded& guarded, const SessionFacts* session,
                const RequestFacts& facts, const Decision& decision);
  void log_decision(const Question& question, const Guarded& guarded, const SessionFacts* session,
                    const RequestFacts& facts, const Decision& decision);

  // --- programs (gate_machines.cc)
  void decide_by_token(const Question& question, const Guarded& guarded, std::string_view token,
                       bool keys_asked, GateListener& listener);
  void decide_by_certificate(const Question& question, const Guarded& guarded,
                             GateListener& listener);
  void wait_for_keys(const Question& question, const KeySource& source, GateListener& listener);
  void keys_came(const Question& question, uint64_t ticket);

  // --- our own pages (own_pages.cc)
  void serve_own_page(const Question& question, GateListener& listener);
  void begin_sign_in(const Question& question, GateListener& listener);
  void go_to_provider(const Coming& coming, const SignedIn<ProviderMetadata>& metadata);
  void come_back(const Question& question, GateListener& listener);
  void sign_in_again(const Coming& coming);
  Answer fragment_page(const Coming& coming, const std::string& url, Text title) const;
  void signed_in(const Coming& coming, const SignedIn<SessionFacts>& facts);
  const model::App* app_here(const Question& question, std::string_view name) const;
  void refuse(const Coming& coming, const SignInError& error);
  Answer published_keys(const Question& question) const;

  // --- forms that wait for a sign-in (form_pages.cc)
  void ask_about_form(const Question& question, std::string_view stronger,
                      const SessionFacts* session, GateListener& listener);
  std::optional<SessionFacts> known_person(const Question& question, bool& revoked) const;
  std::string issuer_of(const std::string& app) const;
  std::string login_url_again(const Coming& coming) const;
  WayOn way_of_claim(const Question& question) const;
  Answer form_not_sent(const Question& question, Text why, std::string_view stronger) const;
  Answer sign_in_first(const Question& question, std::string_view stronger,
                       std::string_view ticket) const;
  Answer form_page(const Coming& coming, const SessionFacts& facts);
  void let_in(const Question& question, Admission admission, GateListener& listener);
  void release_form(const Question& question, Admission admission, GateListener& listener);
  void tell_lost_form(const Question& question, std::string id, std::string user,
                      GateListener& listener);
  void released(const Question& question, uint64_t waiting, const FormTicket& ticket,
                Admission admission, LentForm lent);
  Answer lost_form(const Question& question, std::string_view user, Text why);
  void tell_form(Event event, std::string_view user, std::string_view reason, size_t bytes);

  // --- the way out (logout_pages.cc)
  void sign_out(const Question& question, GateListener& listener);
  void end_by_provider(const Question& question, GateListener& listener);
  Answer signed_out_answer(const Question& question) const;
  Answer way_out(const Question& question, const std::string& app, const std::string& base_url,
                 const SignedIn<EndedSession>& ended) const;
  void tell_signed_out(Event event, const SignedIn<EndedSession>& ended);

  Coming coming_from(const Question& question);
  // Remembers who waits; the answer is for nobody once that was cancelled.
  uint64_t wait_for(GateListener& listener);
  GateListener* take(uint64_t ticket);
  int64_t now_s() const { return loop_.wall_ms() / 1000; }
  // In the language of who asks.
  const PageWords& words(const Question& question) const {
    return pages_->words_for(question.head.fields);
  }
  Answer denied(const Question& question, const Denial& denial) const;

  core::Loop& loop_;
  core::Log& log_;
  SignInDesk* desk_;
  EventSink* events_;
  DecisionRing* decisions_ = nullptr;  // null: nobody asks about them later
  std::shared_ptr<const model::Snapshot> snapshot_;
  std::map<std::string, Guarded, std::less<>> guarded_;  // by the app's name; of snapshot_
  BearerTokens bearer_;
  std::shared_ptr<const core::CountryFile> countries_;
  RevokedSessions revoked_;
  std::shared_ptr<const KeyRing> keys_ = std::make_shared<const KeyRing>();
  OpenedCookies opened_;
  std::shared_ptr<const Pages> pages_ = std::make_shared<const Pages>();
  Assertions assertions_;
  Renewals renewals_;
  Silences silences_;  // of snapshot_; sessions by their raw ids
  IdTokens id_tokens_;
  std::map<uint64_t, GateListener*> waiting_;
  std::map<uint64_t, std::unique_ptr<HeldRoom>> form_rooms_;  // of forms on their way to be kept
  uint64_t next_ticket_ = 1;
  std::shared_ptr<Gate*> self_;  // for answers that come after the gate has gone
};

}  // namespace hawser::access
