// SPDX-License-Identifier: Apache-2.0
// WorkerDesk: a worker's way to the SignInHost and back, by mailboxes. Owner: the Engine; outlives
// the worker. Thread: called on the worker's.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "access/sign_in_desk.h"
#include "core/mailbox.h"
#include "relay/form_keep.h"
#include "relay/sign_in_host.h"

namespace hawser::relay {

class WorkerDesk final : public access::SignInDesk {
 public:
  using ToWorker = std::function<void(std::function<void()>)>;  // called on the control thread

  WorkerDesk(core::Mailbox& to_control, SignInHost& host, FormKeep& forms, ToWorker to_worker)
      : to_control_(to_control), host_(host), forms_(forms), to_worker_(std::move(to_worker)) {}

  void ask_provider(std::string provider,
                    std::function<void(access::SignedIn<access::ProviderMetadata>)> done) override {
    to_control_.post([this, provider = std::move(provider), done = std::move(done)] {
      host_.ask_provider(provider, [this, done](access::SignedIn<access::ProviderMetadata> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void sign_in(access::Callback callback,
               std::function<void(access::SignedIn<access::SessionFacts>)> done) override {
    to_control_.post([this, callback = std::move(callback), done = std::move(done)] {
      host_.sign_in(callback, [this, done](access::SignedIn<access::SessionFacts> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void renew(std::string app, access::SessionFacts facts, access::Renewal renewal,
             std::function<void(access::SignedIn<access::SessionFacts>)> done) override {
    to_control_.post([this, app = std::move(app), facts = std::move(facts), renewal,
                      done = std::move(done)] {
      host_.renew(app, facts, renewal, [this, done](access::SignedIn<access::SessionFacts> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void ask_id_token(std::string session,
                    std::function<void(access::SignedIn<std::string>)> done) override {
    to_control_.post([this, session = std::move(session), done = std::move(done)] {
      to_worker_([done, answer = host_.id_token(session)] { done(answer); });
    });
  }
  void end_session(std::string session,
                   std::function<void(access::SignedIn<access::EndedSession>)> done) override {
    to_control_.post([this, session = std::move(session), done = std::move(done)] {
      host_.end_session(session, [this, done](access::SignedIn<access::EndedSession> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void end_by_provider(std::string logout_token,
                       std::function<void(access::SignedIn<void>)> done) override {
    to_control_.post([this, logout_token = std::move(logout_token), done = std::move(done)] {
      host_.end_by_provider(logout_token, [this, done](access::SignedIn<void> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void ask_keys(access::KeySource source, bool anew, access::IssuerLink::KeysDone done) override {
    to_control_.post([this, source = std::move(source), anew, done = std::move(done)] {
      host_.ask_keys(source, anew, [this, done](access::SignedIn<access::IssuerLink::Keys> answer) {
        to_worker_([done, answer = std::move(answer)] { done(answer); });
      });
    });
  }
  void keep_form(access::KeptForm form, std::function<void(bool)> done) override {
    auto moved = std::make_shared<access::KeptForm>(std::move(form));
    to_control_.post([this, moved, done = std::move(done)] {
      to_worker_([done, kept = forms_.keep(std::move(*moved))] { done(kept); });
    });
  }
  void lend_form(std::string id, std::function<void(access::LentForm)> done) override {
    to_control_.post([this, id = std::move(id), done = std::move(done)] {
      auto lent = std::make_shared<access::LentForm>(forms_.lend(id));
      to_worker_([done, lent] { done(std::move(*lent)); });
    });
  }
  void settle_form(std::string id, bool sent) override {
    to_control_.post([this, id = std::move(id), sent] { forms_.settle(id, sent); });
  }

 private:
  core::Mailbox& to_control_;
  SignInHost& host_;
  FormKeep& forms_;
  ToWorker to_worker_;
};

}  // namespace hawser::relay
