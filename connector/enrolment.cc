// SPDX-License-Identifier: Apache-2.0
#include "connector/enrolment.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <utility>

#include "core/fd.h"
#include "core/socket.h"
#include "model/identity.h"
#include "tls/certificate.h"
#include "tls/context.h"
#include "tls/stream.h"

namespace hawser::connector {

namespace {

constexpr size_t token_limit_bytes = 4096;

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "connector";
  return name.data();
}

// What to do, by the name that the engine gave its refusal.
std::string remedy_for(const std::string& code) {
  if (code == "token_used" || code == "token_expired" || code == "token_unknown")
    return "make a new token with `hawserctl token create` and enrol with it";
  if (code == "token_other_engine") return "use a token that this engine made";
  return "";
}

}  // namespace

core::Result<std::string> read_token(const std::string& file) {
  std::string text;
  if (file.empty()) {
    const char* from_environment = std::getenv("HAWSER_TOKEN");
    if (from_environment == nullptr || *from_environment == '\0')
      return core::Error{
          "no token: name its file with --token-file FILE (- for standard input), or put it into "
          "the environment as HAWSER_TOKEN",
          0};
    return std::string(from_environment);
  }
  std::ifstream opened;
  if (file != "-") {
    opened.open(file);
    if (!opened)
      return core::Error{core::system_error("opening the token file " + file, errno).reason, 0};
  }
  std::istream& in = file == "-" ? std::cin : opened;
  text.resize(token_limit_bytes);
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  if (text.empty()) return core::Error{"the token from " + file + " is empty", 0};
  return text;
}

std::string doubt_of_token_file(const std::string& file) {
  struct stat status {};
  if (file.empty() || file == "-" || ::stat(file.c_str(), &status) != 0) return {};
  if (!S_ISREG(status.st_mode) || (status.st_mode & (S_IRWXG | S_IRWXO)) == 0) return {};
  return fmt::format(
      "{} has the mode {:04o}: others of this machine may have read the token, which enrols "
      "whoever comes first; write it under `umask 077`",
      file, status.st_mode & 07777);
}

Enrolment::Enrolment(core::Loop& loop, EnrolOptions options, Done done)
    : loop_(loop), options_(std::move(options)), done_(std::move(done)) {}

bool Enrolment::start() {
  begin();
  return done_ != nullptr;
}

void Enrolment::begin() {
  const auto engine = model::HostPort::parse(options_.engine);
  if (!engine)
    return fail("--engine " + options_.engine + ": " + engine.error().reason,
                "give the address that the engine listens on for connectors, such as "
                "edge.example:7443");
  engine_ = *engine;
  const auto token = model::EnrolmentToken::parse(options_.token_text);
  if (!token)
    return fail("the token is unusable: " + token.error().reason,
                "take it whole from the output of `hawserctl token create`");
  token_ = *token;
  const auto key = tls::make_private_key_pem();
  if (!key) return fail("making the key: " + key.error().reason);
  private_key_pem_ = *key;
  query_ = loop_.resolver().resolve(
      engine_.host, [this](core::DnsResult result) { on_resolved(std::move(result)); });
}

void Enrolment::on_resolved(core::DnsResult result) {
  if (!result) return fail(result.error().reason, "check the name in --engine");
  addresses_ = std::move(result).value();
  for (core::Address& address : addresses_) address.set_port(engine_.port);
  ask_authority();
}

// An empty trust asks nothing of the engine's certificate: the pin decides what is trusted next.
core::Result<std::unique_ptr<http::Client>> Enrolment::dial(const std::string& trust_pem) {
  tls::ClientOptions options;
  options.tls13_only = true;
  options.alpn = {std::string(model::enrolment_alpn)};
  options.verify = !trust_pem.empty();
  options.trust_pem = trust_pem;
  auto context = tls::Context::client(options);
  if (!context) return context.error();
  const std::string expected =
      trust_pem.empty() ? std::string{} : model::engine_uri_prefix(trust_domain_);
  auto socket = core::Socket::connect(loop_, addresses_[next_address_]);
  auto stream = tls::Stream::connect(std::move(socket), *context, "", expected);
  return std::make_unique<http::Client>(std::move(stream), model::enrolment_body_limit_bytes);
}

void Enrolment::ask_authority() {
  auto client = dial("");
  if (!client) return fail(client.error().reason);
  loop_.defer_delete(std::exchange(client_, std::move(*client)));
  http::ClientRequest request;
  request.target = "/v1/authority";
  request.host = engine_.to_string();
  request.timeout_ms = step_timeout_ms;
  client_->send(request, [this](core::Result<http::ClientResponse> response) {
    on_authority(std::move(response));
  });
}

void Enrolment::on_authority(core::Result<http::ClientResponse> response) {
  const std::string where = options_.engine + " (" + addresses_[next_address_].to_string() + ")";
  if (!response) {
    if (++next_address_ < addresses_.size()) return ask_authority();
    return fail("no engine answers at " + where + ": " + response.error().reason,
                "check that the engine runs, that `listen.connectors` is on this port, and that a "
                "firewall lets this machine reach it");
  }
  if (response->status != 200)
    return fail(where + " answered " + std::to_string(response->status) + " when asked who it is",
                "check that this is the engine's port for connectors");
  const auto answer = model::decode_authority_answer(response->body);
  if (!answer) return fail(where + " gave no usable answer: " + answer.error().reason);
  trust_domain_ = answer->trust_domain;
  if (!model::is_trust_domain(trust_domain_))
    return fail(where + " names a trust domain that cannot be one");
  for (const std::string& pem : answer->authorities) {
    const auto facts = tls::read_certificate_pem(pem);
    if (!facts || facts->public_key_sha256_hex != token_.authority_pin_hex()) continue;
    authority_pem_ = pem;
    return ask_certificate();
  }
  fail("the engine at " + where + " is not the one that made the token",
       "check --engine, and that nothing between here and there answers in its name");
}

void Enrolment::ask_certificate() {
  auto client = dial(authority_pem_);
  if (!client) return fail(client.error().reason);
  loop_.defer_delete(std::exchange(client_, std::move(*client)));
  const auto signing_request = tls::make_signing_request_pem(private_key_pem_);
  if (!signing_request) return fail("making the request: " + signing_request.error().reason);
  model::EnrolRequest body;
  body.token = token_.to_string();
  body.certificate_request_pem = *signing_request;
  body.name = options_.label.empty() ? host_name() : options_.label;
  http::ClientRequest request;
  request.method = message::Method::post;
  request.target = "/v1/enrol";
  request.host = engine_.to_string();
  request.fields.add(message::FieldName::content_type, "application/json");
  request.body = model::encode_enrol_request(body);
  request.timeout_ms = step_timeout_ms;
  client_->send(request, [this](core::Result<http::ClientResponse> response) {
    on_certificate(std::move(response));
  });
}

void Enrolment::on_certificate(core::Result<http::ClientResponse> response) {
  if (!response)
    return fail("the engine at " + options_.engine + " did not answer: " + response.error().reason,
                "the token may be spent now: make a new one with `hawserctl token create`");
  if (response->status != 201 && response->status != 200) {
    const auto problem = model::decode_problem(response->body);
    if (!problem) return fail("the engine refused: status " + std::to_string(response->status));
    return fail("the engine refused (" + problem->code + "): " + problem->detail,
                remedy_for(problem->code));
  }
  finish(read_answer(*response));
}

core::Result<Enrolled> Enrolment::read_answer(const http::ClientResponse& response) {
  const auto answer = model::decode_enrol_answer(response.body);
  if (!answer) return answer.error();
  if (auto pair = tls::check_key_pair(answer->certificate_pem, private_key_pem_); !pair)
    return pair.error();
  const auto facts = tls::read_certificate_pem(answer->certificate_pem);
  if (!facts) return facts.error();
  if (answer->trust_domain != trust_domain_)
    return core::Error{"the answer is from another trust domain: " + answer->trust_domain, 0};
  const auto named = model::parse_connector_uri(facts->uri_san, answer->trust_domain);
  if (!named) return named.error();
  if (named->connector.to_string() != answer->connector_id || named->tenant != answer->tenant)
    return core::Error{"the certificate is for another than the answer says", 0};
  Enrolled enrolled;
  enrolled.identity.connector_id = answer->connector_id;
  enrolled.identity.tenant = answer->tenant;
  enrolled.identity.trust_domain = answer->trust_domain;
  // The address that worked stays, beside those that the engine names.
  enrolled.identity.engines = {engine_.to_string()};
  for (const std::string& address : answer->engines)
    if (address != engine_.to_string()) enrolled.identity.learned.push_back(address);
  enrolled.credentials = {private_key_pem_, answer->certificate_pem};
  enrolled.authorities_pem =
      answer->authorities_pem.empty() ? authority_pem_ : answer->authorities_pem;
  return enrolled;
}

void Enrolment::fail(const std::string& reason, const std::string& remedy) {
  finish(core::Error{remedy.empty() ? reason : reason + "; " + remedy, 0});
}

void Enrolment::finish(core::Result<Enrolled> result) {
  if (client_ != nullptr) loop_.defer_delete(std::move(client_));
  if (const Done done = std::exchange(done_, nullptr)) done(std::move(result));
}

}  // namespace hawser::connector
