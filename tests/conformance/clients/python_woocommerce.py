"""Drives a store with the library `woocommerce`. Prints one line of JSON for each call: name, status, what matters."""

import json
import sys

from woocommerce import API

base, key, secret = sys.argv[1:4]


def say(name, response):
    body = response.json()
    out = {"name": name, "status": response.status_code, "code": None, "count": None}
    if isinstance(body, list):
        out["count"] = len(body)
    elif response.status_code >= 400:
        out["code"] = body["code"]
    else:
        out["id"] = body.get("id")
    out["total"] = response.headers.get("X-WP-Total")
    print(json.dumps(out))
    return body


store = API(url=base, consumer_key=key, consumer_secret=secret, version="wc/v3")
say("list", store.get("orders", params={"per_page": 3, "status": "completed,processing"}))
say("page", store.get("products", params={"per_page": 5, "page": 2, "orderby": "id", "order": "asc"}))
say("list of values", store.get("orders", params={"status": ["completed", "processing"], "per_page": 1}))
say("space and sign", store.get("customers", params={"search": "a b+c@d"}))
made = say("create", store.post("products", {"name": "Größe & Co", "regular_price": "9.99"}))
say("update", store.put(f"products/{made['id']}", {"name": "other"}))
say("batch", store.post("products/batch", {"update": [{"id": made["id"], "name": "third"}]}))
say("wrong", store.get("orders", params={"per_page": 101}))
say("unknown", store.get("orders/999999"))
say("delete", store.delete(f"products/{made['id']}", params={"force": True}))
say("options", store.options("orders"))
stranger = API(url=base, consumer_key=key, consumer_secret="cs_wrong", version="wc/v3")
say("wrong secret", stranger.get("orders"))
