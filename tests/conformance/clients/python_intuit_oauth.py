"""Drives the logins of QuickBooks with the library `intuit-oauth`."""

import sys
from urllib.parse import parse_qs, urlsplit

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError
from report import Report

base, client_id, client_secret = sys.argv[1:4]
BACK = "http://localhost:8000/back"


def refusal(error):
    if not isinstance(error, AuthClientError):
        return None
    assert error.intuit_tid
    return [error.status_code, error.response.json().get("error")]


say = Report(refusal)


def client(secret=client_secret, **known):
    # An environment that is no known name is taken as the address of the discovery document.
    place = base + "/.well-known/openid_sandbox_configuration"
    return AuthClient(client_id, secret, BACK, place, **known)


def consent(url):
    """What the page of the login leads back with."""
    back = requests.get(url, allow_redirects=False).headers["location"]
    assert back.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}


def company(auth):
    """Asks for the company with the access token; the status."""
    url = f"{base}/v3/company/{auth.realm_id}/companyinfo/{auth.realm_id}"
    headers = {"Authorization": f"Bearer {auth.access_token}", "Accept": "application/json"}
    return requests.get(url, headers=headers).status_code


auth = say("discovery", client, lambda auth: auth.token_endpoint == base + "/oauth2/v1/tokens/bearer")
page = auth.get_authorization_url([Scopes.ACCOUNTING], state_token="here and back")
back = say("consent", lambda: consent(page), lambda back: [back["state"], back["realmId"]])
say("denial", lambda: consent(page + "&decision=deny"), lambda back: back["error"])
say("other scope", lambda: consent(auth.get_authorization_url([Scopes.PAYMENT])), lambda back: back["error"])
say(
    "exchange",
    lambda: auth.get_bearer_token(back["code"], realm_id=back["realmId"]),
    lambda _: [auth.realm_id, auth.expires_in, auth.x_refresh_token_expires_in],
)
say("company", lambda: company(auth))
say("code again", lambda: client().get_bearer_token(back["code"], realm_id=back["realmId"]))
say("no code", lambda: client().get_bearer_token("made up", realm_id=back["realmId"]))
say("who logged in", lambda: auth.get_user_info().status_code)
known = client()
scopes = [Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL]
back = consent(known.get_authorization_url(scopes))
known.get_bearer_token(back["code"], realm_id=back["realmId"])
say("who logged in with OpenID", known.get_user_info, lambda answer: sorted(answer.json()))
first = auth.refresh_token
say("refresh", auth.refresh, lambda _: auth.refresh_token != first)
say("company after", lambda: company(auth))
say("refresh with the old", lambda: client().refresh(first))
second = auth.refresh_token
say("refresh again", lambda: auth.refresh(second), lambda _: auth.refresh_token != second)
say("wrong secret", lambda: client(secret="guess").refresh(auth.refresh_token))
say("revoke", lambda: auth.revoke(auth.refresh_token))
say("refresh after", lambda: auth.refresh())
say("company at the end", lambda: company(auth))
say("revoke nothing", lambda: auth.revoke("made up"))
