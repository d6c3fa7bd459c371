"""Drives a project with the library `postgrest`, which sends its own headers and no more."""

import sys

from postgrest import APIError, CountMethod, SyncPostgrestClient
from report import Report

base, secret, public = sys.argv[1:4]


def client(key):
    return SyncPostgrestClient(f"{base}/rest/v1", headers={"apikey": key, "Authorization": f"Bearer {key}"})


def refusal(error):
    if isinstance(error, APIError):
        return [error.code, error.message, error.details, error.hint]
    return None


say = Report(refusal)
show = lambda answer: [answer.data, answer.count]
api = client(secret)
customers, orders = (lambda: api.table("customers")), (lambda: api.table("orders"))


def ask(name, query):
    return say(name, query.execute, show)


ask("insert", customers().insert({"id": 1, "email": "a@x", "name": "Ada", "is_active": True}))
ask("insert several", customers().insert([{"id": 2, "email": "b@x"}, {"id": 3, "email": "c@x", "name": "Cy"}]))
ask("insert quietly", customers().insert({"id": 4, "email": "d@x"}, returning="minimal"))
ask("insert and count", customers().insert({"id": 5, "email": "e@x"}, count=CountMethod.exact))
ask("order", orders().insert({"id": 1, "customer_id": 1, "total": "12.5", "raw": {"a": [1, "x"]}, "tags": ["p", "q"]}))
ask("more orders", orders().insert([{"id": 2}, {"id": 3, "total": 7}], default_to_null=False))
ask("merge", customers().upsert([{"id": 1, "email": "a@x", "name": "Bo"}, {"id": 6, "email": "f@x"}]))
ask("merge by e-mail", customers().upsert({"id": 2, "email": "b@x", "name": "Di"}, on_conflict="email"))
ask("ignore", customers().upsert([{"id": 1, "email": "a@x", "name": "No"}, {"id": 7, "email": "g@x"}], ignore_duplicates=True))
ask("ragged merge", customers().upsert([{"id": 1, "email": "a@x"}, {"id": 2, "email": "b@x", "name": "Ed"}]))
ask("all", customers().select("*").order("id"))
ask("count", customers().select("id", count=CountMethod.exact).order("id").limit(2))
ask("head", customers().select("id", count=CountMethod.exact, head=True))
ask("range", customers().select("id").order("id").range(1, 2))
ask("alias and cast", orders().select("id,amount:total::text,raw->a->>1").order("id", desc=True))
ask("compare", customers().select("id").gt("id", 1).gte("id", 2).lt("id", 7).lte("id", 5).neq("id", 4).order("id"))
ask("patterns", customers().select("id").like("email", "%@x").ilike("email", "B%"))
ask("null", customers().select("id").is_("name", "null").order("id"))
ask("not null", customers().select("id,name").not_.is_("name", "null").order("name", nullsfirst=True))
ask("list", customers().select("id").in_("email", ["a@x", 'odd,"one"', "c@x"]).order("id"))
ask("or", customers().select("id").or_("id.eq.1,and(id.gt.5,name.is.null)").order("id"))
ask("match", customers().select("id").match({"id": 1, "email": "a@x"}))
ask("contains", orders().select("id").contains("tags", ["p"]))
ask("contained", orders().select("id").contained_by("tags", ["p", "q", "r"]))
ask("overlaps", orders().select("id").overlaps("tags", ["q", "z"]))
ask("json", orders().select("id").contains("raw", {"a": [1]}))
ask("single", customers().select("id,email").eq("id", 1).single())
ask("maybe none", customers().select("id").eq("id", 99).limit(1))
say("maybe single", lambda: customers().select("id").eq("id", 99).maybe_single().execute(), lambda answer: answer and answer.data)
ask("csv", customers().select("id,email,name").lte("id", 3).order("id").csv())
ask("update", customers().update({"name": "Flo"}).eq("id", 3))
ask("update none", customers().update({"name": "Flo"}).eq("id", 99))
ask("delete", customers().delete().eq("id", 7))
ask("schema", api.schema("public").table("customers").select("id").eq("id", 1))
ask("not single", customers().select("id").single())
ask("taken", customers().insert({"id": 8, "email": "a@x"}))
ask("orphan", orders().insert({"id": 9, "customer_id": 99}))
ask("held", customers().delete().eq("id", 1))
ask("too long", customers().insert({"id": 8, "email": "h@x", "name": "12345678901"}))
ask("no e-mail", customers().insert({"id": 8}))
ask("twice", customers().upsert([{"id": 8, "email": "h@x"}, {"id": 8, "email": "i@x"}]))
ask("no such table", api.table("customer").select("*"))
ask("no such column", customers().select("emial"))
ask("unknown member", customers().insert({"id": 8, "email": "h@x", "age": 3}))
ask("no such schema", api.schema("secret").table("customers").select("*"))
anybody = client(public)
ask("hidden rows", client(secret).table("guarded").insert({"id": 1}))
ask("sees nothing", anybody.table("guarded").select("*"))
ask("may not write", anybody.table("guarded").insert({"id": 2}))
ask("no grant", anybody.table("orders").select("*"))
ask("bad key", client("sb_secret_wrong").table("orders").select("*"))
