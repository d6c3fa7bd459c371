// Drives a store with the library `@woocommerce/woocommerce-rest-api`. Prints one line of JSON for each call: name,
// status, what matters.
const WooCommerceRestApi = require("@woocommerce/woocommerce-rest-api").default;

const [base, key, secret] = process.argv.slice(2);
const client = (consumerSecret) =>
  new WooCommerceRestApi({ url: base, consumerKey: key, consumerSecret, version: "wc/v3" });

async function say(name, call) {
  const response = await call.catch((error) => {
    if (error.response) return error.response;
    throw error;
  });
  const body = response.data;
  const out = { name, status: response.status, code: null, count: null };
  if (Array.isArray(body)) out.count = body.length;
  else if (response.status >= 400) out.code = body.code;
  else out.id = body.id;
  out.total = response.headers["x-wp-total"] ?? null;
  console.log(JSON.stringify(out));
  return body;
}

async function main() {
  const store = client(secret);
  await say("list", store.get("orders", { per_page: 3, status: "completed,processing" }));
  await say("page", store.get("products", { per_page: 5, page: 2, orderby: "id", order: "asc" }));
  await say("list of values", store.get("orders", { status: ["completed", "processing"], per_page: 1 }));
  await say("space and sign", store.get("customers", { search: "a b+c@d" }));
  const made = await say("create", store.post("products", { name: "Größe & Co", regular_price: "9.99" }));
  await say("update", store.put(`products/${made.id}`, { name: "other" }));
  await say("batch", store.post("products/batch", { update: [{ id: made.id, name: "third" }] }));
  await say("wrong", store.get("orders", { per_page: 101 }));
  await say("unknown", store.get("orders/999999"));
  await say("delete", store.delete(`products/${made.id}`, { force: true }));
  await say("options", store.options("orders"));
  await say("wrong secret", client("cs_wrong").get("orders"));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
