// Drives the logins of QuickBooks, and a few calls behind them, with the library `intuit-oauth`.
const OAuthClient = require("intuit-oauth");
const reporter = require("./report.js");

const [base, clientId, clientSecret, realm, busy] = process.argv.slice(2);
const back = "http://localhost:8000/back";
const say = reporter((error) => {
  if (error.fault) return [error.code, error.fault.type, Boolean(error.intuit_tid ?? error.intuitTid)];
  if (error.authResponse) return [error.authResponse.response.status, error.authResponse.response.data?.error];
  if (error.name === "OAuthError") return [error.code, error.message];
  return undefined;
});

function client(secret = clientSecret) {
  const made = new OAuthClient({ clientId, clientSecret: secret, environment: "sandbox", redirectUri: back });
  made.setAuthorizeURLs({
    authorizeEndpoint: `${base}/connect/oauth2`,
    tokenEndpoint: `${base}/oauth2/v1/tokens/bearer`,
    revokeEndpoint: `${base}/v2/oauth2/tokens/revoke`,
    userInfoEndpoint: `${base}/v1/openid_connect/userinfo`,
  });
  return made;
}

// The address that the page of the login leads back to.
async function consent(url) {
  const answer = await fetch(url, { redirect: "manual" });
  return answer.headers.get("location");
}

const told = (address, name) => new URL(address).searchParams.get(name);

async function main() {
  // The library has a table of hosts, and takes no address for this one: its entries are pointed to this machine.
  OAuthClient.userinfo_endpoint_sandbox = `${base}/v1/openid_connect/userinfo`;
  OAuthClient.environment.sandbox = `${base}/`;
  const auth = client();
  const page = auth.authorizeUri({ scope: [OAuthClient.scopes.Accounting], state: "here and back" });
  const address = await say("consent", () => consent(page), (to) => [told(to, "state"), told(to, "realmId")]);
  await say("denial", () => consent(`${page}&decision=deny`), (to) => told(to, "error"));
  const other = auth.authorizeUri({ scope: [OAuthClient.scopes.Payment], state: "s" });
  await say("other scope", () => consent(other), (to) => told(to, "error"));
  await say("exchange", () => auth.createToken(address), () => {
    const token = auth.getToken();
    return [token.realmId, token.expires_in, token.x_refresh_token_expires_in, auth.isAccessTokenValid()];
  });
  await say("code again", () => client().createToken(address));
  await say("who logged in", () => auth.getUserInfo());
  const known = client();
  const all = [OAuthClient.scopes.Accounting, OAuthClient.scopes.OpenId, OAuthClient.scopes.Email];
  await known.createToken(await consent(known.authorizeUri({ scope: all, state: "s" })));
  await say("who logged in with OpenID", () => known.getUserInfo(), (answer) => Object.keys(answer.json).sort());
  const company = (path) => `v3/company/${realm}/${path}`;
  const info = company(`companyinfo/${realm}`);
  await say("company", () => auth.makeApiCall({ url: info }), (answer) => answer.json.CompanyInfo.CompanyName);
  const customer = { url: company("customer"), method: "POST", body: { DisplayName: "Ada" } };
  await say("create", () => auth.makeApiCall(customer), (answer) => answer.json.Customer.SyncToken);
  await say("create again", () => auth.makeApiCall(customer));
  const query = (statement) => ({ url: company("query"), params: { query: statement } });
  const names = (answer) => answer.json.QueryResponse.Customer.map((found) => found.DisplayName);
  await say("query", () => auth.makeApiCall(query("select * from Customer")), names);
  await say("no query", () => auth.makeApiCall(query("select all from Customer")));
  await say("other company", () => auth.makeApiCall({ url: "v3/company/1/companyinfo/1" }));
  await say("too often", () => auth.makeApiCall({ url: `${busy}/${info}` }));
  const first = auth.getToken().refresh_token;
  await say("refresh", () => auth.refresh(), () => auth.getToken().refresh_token !== first);
  await say("company after", () => auth.makeApiCall({ url: info }), (answer) => answer.status);
  await say("refresh with the old", () => client().refreshUsingToken(first));
  const second = auth.getToken().refresh_token;
  await say("refresh again", () => auth.refreshUsingToken(second), () => auth.getToken().refresh_token !== second);
  await say("wrong secret", () => client("guess").refreshUsingToken(auth.getToken().refresh_token));
  const last = auth.getToken();
  const { access_token, refresh_token } = last;
  await say("revoke", () => auth.revoke({ refresh_token }), (answer) => answer.response.status);
  await say("refresh after", () => client().refreshUsingToken(refresh_token));
  auth.setToken({ ...last, access_token, refresh_token });
  await say("company at the end", () => auth.makeApiCall({ url: info }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
