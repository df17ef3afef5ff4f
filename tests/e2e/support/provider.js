// SPDX-License-Identifier: Apache-2.0
// An OpenID provider (npm's oidc-provider) behind TLS. Its settings are the JSON of the first argument:
// issuer, host, port, certificate, key, clients, accounts {login: {claims}}. Whoever types an account's name is
// signed in, and consent is taken as given. A line of JSON on standard output tells that it listens. Tests change it
// while it runs by POST of JSON to /control: {accounts, down}; the answer tells how often each grant was used.
const fs = require("fs");
const https = require("https");

async function main() {
  const { Provider } = await import("oidc-provider");
  const settings = JSON.parse(process.argv[2]);
  const provider = new Provider(settings.issuer, {
    clients: settings.clients,
    jwks: settings.jwks,
    cookies: { keys: ["not a secret: this is a test"] },
    claims: { openid: ["sub", "groups", "acr", "amr", "auth_time"], profile: ["preferred_username"], email: ["email"] },
    conformIdTokenClaims: false,
    acrValues: ["urn:example:pwd", "urn:example:mfa"],
    features: { devInteractions: { enabled: false }, claimsParameter: { enabled: settings.takes_claims }, backchannelLogout: { enabled: true },
      // Programs get access tokens as JWTs (RFC 9068) for whatever they name as `resource`.
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, defaultResource: () => undefined, useGrantedResource: () => false,
        getResourceServerInfo: (_context, resource) => ({ scope: "", audience: resource, accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } } }) },
     
      rpInitiatedLogout: { logoutSource: (context, form) => { context.body = `<!DOCTYPE html><title>Provider</title>${form}`; } } },
    // The parties of a test are all on this machine, whatever their names.
    httpOptions: () => ({ dnsLookup: (_host, options, callback) => options.all ?
      callback(null, [{ address: "127.0.0.1", family: 4 }]) : callback(null, "127.0.0.1", 4) }),
    pkce: { required: () => true, methods: ["S256"] },
    ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
    rotateRefreshToken: () => true,
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, id) =>
      settings.accounts[id] && { accountId: id, claims: () => ({ sub: id, ...settings.accounts[id] }) },
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope("openid profile email offline_access");
      await grant.save();
      return grant;
    },
  });
  provider.proxy = true;

  const grants = {};
  let down = false;
  provider.on("grant.success", (context) => {
    const type = context.oidc.params.grant_type;
    grants[type] = (grants[type] || 0) + 1;
  });
  async function control(request, response) {
    let body = "";
    for await (const chunk of request) body += chunk;
    const changes = JSON.parse(body);
    Object.assign(settings.accounts, changes.accounts);
    if ("down" in changes) down = changes.down;
    response.end(JSON.stringify({ grants }));
  }

  const callback = provider.callback();
  const page = (uid) => `<!DOCTYPE html><title>Provider</title><form method="post" action="/interaction/${uid}">
<input name="login" autofocus><button name="go" value="yes">Sign in</button>
<button name="go" value="no">Cancel</button></form>`;

  async function interact(request, response) {
    const details = await provider.interactionDetails(request, response);
    if (request.method !== "POST" && details.prompt.name === "consent")
      return provider.interactionFinished(request, response, { consent: {} }, { mergeWithLastSubmission: true });
    if (request.method !== "POST") {
      response.setHeader("content-type", "text/html");
      return response.end(page(details.uid));
    }
    let body = "";
    for await (const chunk of request) body += chunk;
    const form = new URLSearchParams(body);
    const asked = (details.params.acr_values || "").split(" ").filter(Boolean);
    const result =
      form.get("go") === "no"
        ? { error: "access_denied", error_description: "the person said no" }
        : { login: { accountId: form.get("login"), acr: asked[0] || "urn:example:pwd", amr: ["pwd"] }, consent: {} };
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }

  const tls = { cert: fs.readFileSync(settings.certificate), key: fs.readFileSync(settings.key) };
  const server = https.createServer(tls, (request, response) => {
    request.headers["x-forwarded-proto"] = "https";
    if (request.url === "/control") return control(request, response);
    if (down) return request.socket.destroy();
    if (!request.url.startsWith("/interaction/")) return callback(request, response);
    interact(request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  server.listen(settings.port, settings.host, () => console.log(JSON.stringify({ event: "ready" })));
}

main();
