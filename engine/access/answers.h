// SPDX-License-Identifier: Apache-2.0
// The gate's answers: pages, redirects and refusals. Owner: nobody. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "access/gate.h"
#include "access/page.h"
#include "access/problem.h"
#include "access/sign_in_fault.h"

namespace hawser::access {

// What a browser is sent back to after signing in, and where it signs in.
std::string return_target(const Question& question);
std::string login_target(const Question& question, std::string_view stronger);

Answer page_answer(uint16_t status, const Page& page, std::string_view request_id);
// 302 for what was asked with GET, so that a fragment travels along; else 303.
Answer redirect_answer(std::string_view url, std::string_view request_id, uint16_t status = 302);
// 401 for programs: application/problem+json that holds where a person would sign in.
Answer unauthorized_answer(const Question& question, std::string_view login_url);
// 403: the rules say no.
struct Denial {
  std::string_view user;
  std::string_view rule;                       // that denies; "" where none let the request pass
  std::string_view message;                    // the rule's own
  RuleFinding closest = RuleFinding::matched;  // why the nearest allow rule did not; matched: none
  std::string_view client_ip{};
};
// What the page and the audit call it: "other_place", "not_assigned"; "" for what has no name.
std::string_view step_name(RuleFinding closest);
Answer denial_answer(const PageWords& words, const Question& question, const Denial& denial,
                     std::string_view time);
Answer problem_answer(const Problem& problem, std::string_view request_id);
Answer empty_answer(uint16_t status, std::string_view request_id);

// Where a page about something that failed leads on to.
struct WayOn {
  std::string url;          // "": nowhere
  bool sends_form = false;  // there one signs in, and a form that is kept meanwhile is sent
};
// The page for a sign-in that failed.
Answer fault_answer(const PageWords& words, const SignInError& error, std::string_view request_id,
                    std::string_view time, const WayOn& on = {});
// 502, a page or what a program understands: the provider has to vouch for who is signed in and
// cannot be asked.
Answer unreachable_answer(const PageWords& words, const Question& question,
                          const SignInError& error, std::string_view time, const WayOn& on);
// What was typed did not get through.
struct NotSent {
  Text why;                 // one of form.not_sent
  std::string sign_in_url;  // where to sign in meanwhile; "" for who has
  std::string go_on_url;
  std::string_view request_id;
  std::string time;
};
Answer not_sent_answer(const PageWords& words, const NotSent& told);

// What a provider hears that told of a logout (Back-Channel Logout 2.8).
Answer back_channel_answer(const SignedIn<void>& ended, std::string_view request_id);

std::string utc_time(int64_t now_s);  // "2026-08-01T12:00:00Z"

}  // namespace hawser::access
