// Drives a project with the libraries `@supabase/supabase-js` and `@supabase/postgrest-js`.
const { createClient } = require("@supabase/supabase-js");
const { PostgrestClient } = require("@supabase/postgrest-js");
const ws = require("ws");
const reporter = require("./report.js");

const [base, secret, public_] = process.argv.slice(2);
const say = reporter(() => undefined);

// The libraries return errors, and throw none.
function show({ data, error, count, status }) {
  if (error) return [status, error.code, error.message, error.details, error.hint];
  return [status, data, count];
}

// Without a transport the library needs a newer Node.
const project = (key) => createClient(base, key, { auth: { persistSession: false }, realtime: { transport: ws } });
const ask = (name, query) => say(name, async () => await query, show);

async function main() {
  const api = project(secret);
  const customers = () => api.from("customers");
  const orders = () => api.from("orders");
  await ask("insert", customers().insert({ id: 1, email: "a@x", name: "Ada", is_active: true }).select());
  await ask("insert quietly", customers().insert([{ id: 2, email: "b@x" }, { id: 3, email: "c@x", name: "Cy" }]));
  await ask("order", orders().insert({ id: 1, customer_id: 1, total: "12.5", raw: { a: [1, "x"] }, tags: ["p", "q"] }).select("id,total"));
  await ask("more orders", orders().insert([{ id: 2 }, { id: 3, total: 7 }], { defaultToNull: false }).select("id,status"));
  await ask("merge", customers().upsert([{ id: 1, email: "a@x", name: "Bo" }, { id: 6, email: "f@x" }]).select());
  await ask("nothing new", customers().upsert({ id: 2, email: "b@x", name: "Di" }, { onConflict: "email" }));
  await ask("ignore", customers().upsert([{ id: 1, email: "a@x" }, { id: 7, email: "g@x" }], { ignoreDuplicates: true }).select("id"));
  await ask("ragged merge", customers().upsert([{ id: 1, email: "a@x" }, { id: 2, email: "b@x", name: "Ed" }]).select("id,name"));
  await ask("all", customers().select().order("id"));
  await ask("count", customers().select("id", { count: "exact" }).order("id").limit(2));
  await ask("head", customers().select("id", { count: "exact", head: true }));
  await ask("range", customers().select("id").order("id").range(1, 2));
  await ask("compare", customers().select("id").gt("id", 1).gte("id", 2).lt("id", 7).lte("id", 6).neq("id", 3).order("id"));
  await ask("patterns", customers().select("id").like("email", "%@x").ilike("email", "B%"));
  await ask("any of patterns", customers().select("id").likeAnyOf("email", ["a%", "b%"]).order("id"));
  await ask("null", customers().select("id").is("name", null).order("id"));
  await ask("not", customers().select("id").not("name", "is", null).order("id", { ascending: false }));
  await ask("list", customers().select("id").in("email", ["a@x", 'odd,"one"', "c@x"]).order("id"));
  await ask("or", customers().select("id").or("id.eq.1,and(id.gt.5,name.is.null)").order("id"));
  await ask("contains", orders().select("id").contains("tags", ["p"]));
  await ask("contained", orders().select("id").containedBy("tags", ["p", "q", "r"]));
  await ask("overlaps", orders().select("id").overlaps("tags", ["q", "z"]));
  await ask("json", orders().select("id,raw->a->>1").contains("raw", { a: [1] }));
  await ask("single", customers().select("id,email").eq("id", 1).single());
  await ask("maybe single", customers().select("id").eq("id", 99).maybeSingle());
  await ask("csv", customers().select("id,email,name").lte("id", 3).order("id").csv());
  await ask("update", customers().update({ name: "Flo" }).eq("id", 3).select("id,name"));
  await ask("too many", customers().update({ name: "X" }).in("id", [1, 2, 3]).maxAffected(2));
  await ask("delete", customers().delete().eq("id", 7).select("id"));
  await ask("not single", customers().select("id").single());
  await ask("taken", customers().insert({ id: 8, email: "a@x" }));
  await ask("orphan", orders().insert({ id: 9, customer_id: 99 }));
  await ask("twice", customers().upsert([{ id: 8, email: "h@x" }, { id: 8, email: "i@x" }]));
  await ask("no such table", api.from("customer").select());
  await ask("no such column", customers().select("emial"));
  await ask("no such schema", api.schema("secret").from("customers").select());
  await ask("hidden row", api.from("guarded").insert({ id: 1 }));
  const anybody = project(public_);
  await ask("sees nothing", anybody.from("guarded").select());
  await ask("may not write", anybody.from("guarded").insert({ id: 2 }));
  await ask("no grant", anybody.from("orders").select());
  await ask("bad key", project("sb_secret_wrong").from("orders").select());
  // The library below alone sends no profile and no key of its own.
  const plain = (key) => new PostgrestClient(`${base}/rest/v1`, { headers: { apikey: key } });
  await ask("plain read", plain(secret).from("customers").select("id", { count: "exact" }).order("id"));
  await ask("plain write", plain(secret).from("customers").insert({ id: 20, email: "z@x" }).select("id"));
  await ask("plain and without a key", new PostgrestClient(`${base}/rest/v1`).from("customers").select());
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
