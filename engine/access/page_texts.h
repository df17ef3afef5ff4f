// SPDX-License-Identifier: Apache-2.0
// Every text of our pages with the key by which a template names it. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>

#include "access/sign_in_fault.h"
#include "message/error.h"

namespace hawser::access {

// X(name, key, English)
#define HAWSER_PAGE_TEXTS(X)                                                                       \
  X(direction, "direction", "ltr")                                                                 \
  X(fact_reason, "fact.reason", "Reason")                                                          \
  X(fact_user, "fact.user", "Signed in as")                                                        \
  X(fact_nobody, "fact.nobody", "nobody")                                                          \
  X(fact_address, "fact.address", "Your address")                                                  \
  X(fact_request, "fact.request", "Request")                                                       \
  X(fact_time, "fact.time", "Time")                                                                \
  X(pass_on, "pass_on", "If you ask somebody for help, pass these on:")                            \
  X(signing_in, "signing_in.title", "Signing in")                                                  \
  X(signing_in_next, "signing_in.next", "Go on to the sign-in provider")                           \
  X(signed_in, "signed_in.title", "Signed in")                                                     \
  X(signed_in_next, "signed_in.next", "Go on")                                                     \
  X(signed_out_title, "signed_out.title", "Signed out")                                            \
  X(signed_out_advice, "signed_out.advice",                                                        \
    "You are signed out of this application. Close the browser to sign out of others.")            \
  X(not_signed_out_title, "not_signed_out.title", "You are still signed in")                       \
  X(sign_out_now, "not_signed_out.button", "Sign out")                                             \
  X(not_signed_out_failed, "not_signed_out.failed", "Signing out failed. Try again in a moment.")  \
  X(not_signed_out_other_site, "not_signed_out.other_site",                                        \
    "A link of another site led here, which by itself signs nobody out.")                          \
  X(nothing_here_title, "nothing_here.title", "There is nothing here")                             \
  X(nothing_here_advice, "nothing_here.advice",                                                    \
    "This part of the host belongs to the relay. Check the address.")                              \
  /* --- the rules said no */                                                                      \
  X(denied_title, "denied.title", "You may not open this")                                         \
  X(denied_advice, "denied.advice",                                                                \
    "Your account, your place or what you asked for is not in this application's rules. Its "      \
    "administrator can tell more.")                                                                \
  X(denied_by_rule, "denied.denied_by_rule",                                                       \
    "One of this application's rules denies it. Its administrator can tell more.")                 \
  X(denied_not_assigned, "denied.not_assigned",                                                    \
    "You are signed in, but this application has not been opened to your account. Ask its "        \
    "administrator for access, or sign in with another account.")                                  \
  X(denied_place, "denied.other_place",                                                            \
    "This application cannot be opened from where you are: your network address is none of those " \
    "that its rules name. Try again from your organisation's network, or ask its administrator.")  \
  X(denied_path, "denied.other_path",                                                              \
    "This part of the application is not open to anybody from outside. Check the address, or ask " \
    "its administrator.")                                                                          \
  X(denied_method, "denied.other_method",                                                          \
    "You may look at this application from outside, but not do what you tried to do. Its "         \
    "administrator can tell more.")                                                                \
  X(other_account, "denied.other_account", "Sign out, and in with another account")                \
  X(certificate_title, "certificate.title", "The certificate was not accepted")                    \
  X(certificate_advice, "certificate.advice",                                                      \
    "Your browser showed a certificate that this application does not accept. Choose another "     \
    "one, "                                                                                        \
    "or none: then you can sign in. A browser may ask only once it was closed.")                   \
  /* --- forms whose sender had to sign in (again) */                                              \
  X(form_sending_title, "form.sending.title", "Signed in")                                         \
  X(form_sending_advice, "form.sending.advice",                                                    \
    "What you had filled in was kept, and is sent now. If nothing happens, press the button.")     \
  X(form_sending_button, "form.sending.button", "Send what I had filled in")                       \
  X(form_not_sent_title, "form.not_sent.title", "Your form was not sent")                          \
  X(form_signed_out, "form.not_sent.signed_out",                                                   \
    "You are not signed in, so nothing of it reached the application. Sign in in another tab, "    \
    "then come back here, go back to the form with your browser's Back button, and send it "       \
    "again.")                                                                                      \
  X(form_revoked, "form.not_sent.session_revoked",                                                 \
    "Your session was ended by you, by an administrator or by the sign-in provider, so nothing "   \
    "of it reached the application. Sign in in another tab, then come back here, go back to the "  \
    "form with your browser's Back button, and send it again.")                                    \
  X(form_too_large, "form.not_sent.form_too_large",                                                \
    "You have to sign in first, and what you send is too large to be kept until then, so nothing " \
    "of it was taken. Sign in in another tab, then come back here, go back to the form with your " \
    "browser's Back button, and send it again.")                                                   \
  X(form_no_room, "form.not_sent.form_no_room",                                                    \
    "You have to sign in first, and there is no room to keep what you send until then. Sign in "   \
    "in another tab, then come back here, go back to the form with your browser's Back button, "   \
    "and send it again.")                                                                          \
  X(form_lost, "form.not_sent.form_lost",                                                          \
    "You are signed in, but what you had filled in is no longer kept: it was sent some time ago, " \
    "signing in took too long, or the relay was restarted meanwhile. Look in the application "     \
    "whether it has arrived; if not, go back to the form and send it again.")                      \
  X(form_taken, "form.not_sent.form_taken",                                                        \
    "What you had filled in was sent once already, and is not sent twice. Look in the "            \
    "application whether it has arrived.")                                                         \
  X(form_of_other, "form.not_sent.form_of_other",                                                  \
    "It was filled in by somebody who was signed in with another account, so it is not sent with " \
    "yours. They can still send it by signing in within a few minutes; fill it in again if it is " \
    "for you to send.")                                                                            \
  X(form_foreign, "form.not_sent.form_foreign",                                                    \
    "Another site's page wanted to send it, so nothing reached the application.")                  \
  X(form_kept, "form.kept.advice",                                                                 \
    "What you had filled in is kept for a few minutes more: sign in until then, and it is sent.")  \
  X(form_kept_again, "form.kept.again", "Sign in, and send what I had filled in")                  \
  X(sign_in_in_tab, "form.sign_in", "Sign in in a new tab")                                        \
  X(go_to_application, "form.go_on", "Go to the application")                                      \
  /* --- narrower than the advice of sign_in.token_refused */                                      \
  X(token_signature, "sign_in.token_refused.signature_bad",                                        \
    "Its signature is not the provider's. Your administrator should look into this.")              \
  X(token_key, "sign_in.token_refused.key_unknown",                                                \
    "It is signed with a key that the provider does not show. Try again in a minute; if it goes "  \
    "on, tell your administrator.")                                                                \
  X(token_issuer, "sign_in.token_refused.issuer_wrong",                                            \
    "It names another provider than the one that was asked. Tell your administrator.")             \
  X(token_audience, "sign_in.token_refused.audience_wrong",                                        \
    "It is meant for another application. Tell your administrator.")                               \
  X(token_expired, "sign_in.token_refused.expired",                                                \
    "By our clock it has run out already: the provider's clock and ours differ, or signing in "    \
    "took too long. Try again; if it goes on, tell your administrator.")                           \
  X(token_early, "sign_in.token_refused.not_yet_valid",                                            \
    "By our clock it is not valid yet: the provider's clock and ours differ. Tell your "           \
    "administrator.")                                                                              \
  X(token_nonce, "sign_in.token_refused.nonce_wrong",                                              \
    "It belongs to another sign-in. Go back to the application and try again.")                    \
  X(token_weak, "sign_in.token_refused.too_weak",                                                  \
    "This application asks for a stronger sign-in than the provider made of yours, such as a "     \
    "second factor. Set one up at the provider and try again, or ask your administrator.")         \
  X(token_old, "sign_in.token_refused.too_old",                                                    \
    "This application asks for a fresh sign-in, and the provider relied on an older one. Sign "    \
    "out "                                                                                         \
    "at the provider and try again.")                                                              \
  X(token_user_missing, "sign_in.token_refused.user_missing",                                      \
    "The provider did not say who you are in the way that this application needs. Your "           \
    "administrator can tell more.")                                                                \
  X(token_user_unverified, "sign_in.token_refused.user_unverified",                                \
    "The provider has not verified your e-mail address. Verify it there and try again.")           \
  X(cancelled, "sign_in.provider_refused.access_denied",                                           \
    "You cancelled, or the provider does not let your account use this application. Try again, "   \
    "or ask your administrator.")                                                                  \
  /* --- who has to act about an error */                                                          \
  X(blame_client, "blame.client",                                                                  \
    "The problem lies with the request that was sent. Check the address and try again.")           \
  X(blame_engine, "blame.engine",                                                                  \
    "The problem lies with the relay at the edge. Try again in a moment.")                         \
  X(blame_connector, "blame.connector",                                                            \
    "The problem lies between the relay and the application's network. Its administrator can "     \
    "tell more.")                                                                                  \
  X(blame_origin, "blame.origin",                                                                  \
    "The problem lies with the application itself. Its administrator can tell more.")

enum class Text : uint16_t {
#define HAWSER_PAGE_TEXT(name, key, english) name,
  HAWSER_PAGE_TEXTS(HAWSER_PAGE_TEXT)
#undef HAWSER_PAGE_TEXT
#define HAWSER_FAULT_TEXTS(name, title, advice) fault_title_##name, fault_advice_##name,
      HAWSER_SIGN_IN_FAULTS(HAWSER_FAULT_TEXTS)
#undef HAWSER_FAULT_TEXTS
#define HAWSER_ERROR_TEXT(number, name, status, blame, title) error_##name,
          HAWSER_EXCHANGE_ERRORS(HAWSER_ERROR_TEXT)
#undef HAWSER_ERROR_TEXT
};

}  // namespace hawser::access
