"""Drives a project with the library `supabase`, as a program on a server would."""

import sys

from postgrest import APIError, CountMethod
from report import Report
from supabase import create_client

base, secret, public = sys.argv[1:4]


def refusal(error):
    if isinstance(error, APIError):
        return [error.code, error.message, error.details, error.hint]
    return None


say = Report(refusal)
show = lambda answer: [answer.data, answer.count]
project = create_client(base, secret)


def ask(name, query):
    return say(name, query.execute, show)


ask("insert", project.table("customers").insert([{"id": 1, "email": "a@x"}, {"id": 2, "email": "b@x", "name": "Bo"}]))
ask("merge", project.table("customers").upsert({"id": 1, "email": "a@x", "name": "Ada"}))
ask("ignore", project.table("customers").upsert({"id": 1, "email": "a@x", "name": "No"}, ignore_duplicates=True))
ask("read", project.table("customers").select("id,name", count=CountMethod.exact).order("id"))
ask("page", project.from_("customers").select("id").gt("id", 1).order("id").limit(1))
ask("update", project.table("customers").update({"name": "Cy"}).eq("id", 2))
ask("single", project.table("customers").select("*").eq("id", 2).single())
ask("taken", project.table("customers").insert({"id": 3, "email": "a@x"}))
ask("no such table", project.table("custmers").select("*"))
ask("delete", project.table("customers").delete().eq("id", 2))
stranger = create_client(base, public)
ask("no grant", stranger.table("orders").select("*"))
ask("may not write", stranger.table("guarded").insert({"id": 2}))
