// SPDX-License-Identifier: Apache-2.0
// Checks a signed token as an application would (npm's jose). Its settings are the JSON of the first argument: token,
// keys (a JWK Set), issuer, audience. Prints the header and claims, or the name of what is wrong with it.
async function main() {
  const { createLocalJWKSet, jwtVerify } = await import("jose");
  const { token, keys, issuer, audience } = JSON.parse(process.argv[2]);
  try {
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), { issuer, audience });
    console.log(JSON.stringify({ header: protectedHeader, claims: payload }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.code, claim: error.claim }));
  }
}

main();
