// SPDX-License-Identifier: Apache-2.0
#include "token/signing.h"

#include <nlohmann/json.hpp>

#include "model/json_members.h"
#include "tls/digest.h"
#include "token/key_set.h"

namespace hawser::token {
namespace {

struct Point {
  std::string x;
  std::string y;
};
Point point_of(const tls::SigningKey& key) {
  const std::string both = key.p256_point();
  const std::string_view bytes = both;
  return {tls::base64url(bytes.substr(0, bytes.size() / 2)),
          tls::base64url(bytes.substr(bytes.size() / 2))};
}

}  // namespace

core::Result<std::string> sign_token(const tls::SigningKey& key, std::string_view key_id,
                                     std::string_view type, const Claims& claims) {
  nlohmann::json header{{"alg", name_of(key.algorithm())}};
  if (!key_id.empty()) header["kid"] = key_id;
  if (!type.empty()) header["typ"] = type;
  std::string compact =
      tls::base64url(model::write_json(header)) + "." + tls::base64url(model::write_json(claims));
  const auto signature = key.sign(compact);
  if (!signature) return signature.error();
  return compact + "." + tls::base64url(*signature);
}

std::string key_id_of(const tls::SigningKey& key) {
  const Point point = point_of(key);
  const auto digest = tls::sha256(R"({"crv":"P-256","kty":"EC","x":")" + point.x + R"(","y":")" +
                                  point.y + R"("})");
  return tls::base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

nlohmann::json public_jwk(const tls::SigningKey& key) {
  const Point point = point_of(key);
  return {{"kty", "EC"},          {"crv", "P-256"}, {"x", point.x},
          {"y", point.y},         {"use", "sig"},   {"alg", name_of(key.algorithm())},
          {"kid", key_id_of(key)}};
}

}  // namespace hawser::token
