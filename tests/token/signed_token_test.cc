// SPDX-License-Identifier: Apache-2.0
#include "token/signed_token.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "issuer.h"

namespace hawser::token {
namespace {

using nlohmann::json;
using test::encoded;
using test::Issuer;
using test::RsaKey;

const Issuer& issuer() {
  static const Issuer made;
  return made;
}
const RsaKey& rsa() {
  static const RsaKey made;
  return made;
}

KeySet set_of(const json& jwks) {
  auto set = KeySet::parse(jwks.dump());
  EXPECT_TRUE(set.ok());
  return *set;
}

std::string outcome(const std::string& compact, const KeySet& keys = issuer().keys()) {
  const auto token = read_signed_token(compact);
  if (!token.ok()) return std::string(name_of(token.error().fault));
  const auto good = check_signature(*token, keys);
  return good.ok() ? "ok" : std::string(name_of(good.error().fault));
}

std::string with_header(const std::function<void(json&)>& change) {
  json header = issuer().header();
  change(header);
  return outcome(issuer().sign(header, Issuer::id_claims()));
}

TEST(SignedToken, TheExamplesOfTheStandardsAreRead) {
  // RFC 7515 A.2 (RS256), A.3 (ES256), RFC 8037 A.4 (Ed25519, whose payload is no JSON: its key
  // alone)
  const json es256{{"keys",
                    {{{"kty", "EC"},
                      {"crv", "P-256"},
                      {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                      {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}}}}};
  EXPECT_EQ(outcome("eyJhbGciOiJFUzI1NiJ9."
                    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p"
                    "c19yb290Ijp0cnVlfQ."
                    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP"
                    "3-Kg6NU1Q",
                    set_of(es256)),
            "ok");
  const auto point = tls::base64url_decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  const auto signature = tls::base64url_decode(
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
  const auto key = tls::PublicKey::ed25519(*point);
  ASSERT_TRUE(key.ok());
  EXPECT_TRUE(key->verify(tls::SignatureAlgorithm::ed25519,
                          "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", *signature));
}

TEST(SignedToken, RsaKeysSignInBothWays) {
  const KeySet keys = set_of({{"keys", {rsa().jwk}}});
  const auto key = tls::SigningKey::from_pem(test::pem_of(rsa().key.get()));
  ASSERT_TRUE(key.ok());
  const auto token = sign_token(*key, "rsa", "JWT", Issuer::id_claims());
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(outcome(*token, keys), "ok");
  const std::string pss = encoded({{"alg", "PS256"}, {"kid", "rsa"}}) + "." + encoded({{"a", 1}});
  EXPECT_EQ(outcome(pss + "." + tls::base64url(rsa().sign_pss(pss)), keys), "ok");
  // One way's signature under the other's name.
  const std::string rs = encoded({{"alg", "RS256"}, {"kid", "rsa"}}) + "." + encoded({{"a", 1}});
  EXPECT_EQ(outcome(rs + "." + tls::base64url(rsa().sign_pss(rs)), keys), "signature_bad");
}

TEST(SignedToken, EveryBitCounts) {
  const std::string whole = issuer().id_token();
  const size_t last_dot = whole.rfind('.');
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = flipped[i] == 'A' ? 'B' : 'A';
    EXPECT_NE(outcome(flipped), "ok") << "byte " << i << (i > last_dot ? " of the signature" : "");
  }
}

TEST(SignedToken, NoOtherAlgorithmIsTried) {
  for (const char* name : {"none", "None", "HS256", "HS512", "RS1", "ES256K", "RS512", "", "es256"})
    EXPECT_EQ(with_header([name](json& h) { h["alg"] = name; }), "algorithm_refused") << name;
  EXPECT_EQ(with_header([](json& h) { h.erase("alg"); }), "algorithm_refused");
  EXPECT_EQ(with_header([](json& h) { h["alg"] = 1; }), "malformed");
  EXPECT_EQ(with_header([](json& h) { h["alg"] = "RS256"; }), "key_unfit");
}

TEST(SignedToken, AnUnsignedOneIsRefused) {
  json header = issuer().header();
  EXPECT_EQ(outcome(encoded(header) + "." + encoded(Issuer::id_claims()) + "."), "signature_bad");
  header["alg"] = "none";
  EXPECT_EQ(outcome(encoded(header) + "." + encoded(Issuer::id_claims()) + "."),
            "algorithm_refused");
}

TEST(SignedToken, KeysThatItBringsAlongAreNotUsed) {
  const Issuer forger;
  json header = forger.header();
  header["jwk"] = public_jwk(forger.key);
  EXPECT_EQ(outcome(forger.sign(header, Issuer::id_claims())), "key_unknown");
  header["kid"] = issuer().header()["kid"];
  EXPECT_EQ(outcome(forger.sign(header, Issuer::id_claims())), "signature_bad");
}

TEST(SignedToken, WhatAsksForAnExtensionIsRefused) {
  EXPECT_EQ(with_header([](json& h) { h["crit"] = {"b64"}; }), "extension_refused");
  EXPECT_EQ(with_header([](json& h) { h["crit"] = json::array(); }), "extension_refused");
}

TEST(SignedToken, WhatIsNoTokenIsMalformed) {
  const std::string whole = issuer().id_token();
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  for (const std::string& text : {std::string(), std::string("."), std::string(".."), whole + ".",
                                  whole + ".a.b", " " + whole, whole + "=", whole + "\n"})
    EXPECT_EQ(outcome(text), "malformed") << text;
  for (const std::string& payload :
       {std::string("[]"), std::string("1"), std::string("{"), std::string("{\"a\":1,\"a\":2}"),
        std::string("{\"a\":{\"b\":1,\"b\":1}}"), "{\"a\":" + deep + "}", std::string("{}x"),
        std::string("{\"a\":\"\xff\"}"), std::string("{\"exp\":1e999}")})
    EXPECT_EQ(
        outcome(issuer().sign_text(encoded(issuer().header()) + "." + tls::base64url(payload))),
        "malformed")
        << payload;
  EXPECT_EQ(outcome(std::string(token_limit_bytes + 1, 'a')), "malformed");
}

TEST(SignedToken, AnEcdsaSignatureHasOneFormOnly) {
  const std::string text = encoded(issuer().header()) + "." + encoded(Issuer::id_claims());
  const auto signature = issuer().key.sign(text);
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(outcome(text + "." + tls::base64url(*signature)), "ok");
  EXPECT_EQ(outcome(text + "." + tls::base64url('\0' + *signature)), "signature_bad");
  EXPECT_EQ(outcome(text + "." + tls::base64url(std::string(64, '\0'))), "signature_bad");
}

}  // namespace
}  // namespace hawser::token
