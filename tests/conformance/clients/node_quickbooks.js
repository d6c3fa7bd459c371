// Drives the books with the library `node-quickbooks`.
const { Readable } = require("stream");
const { promisify } = require("util");
const QuickBooks = require("node-quickbooks");
const reporter = require("./report.js");

const [base, clientId, clientSecret, accessToken, refreshToken, realm, busy] = process.argv.slice(2);

// The hosts are settings of the class.
QuickBooks.V3_ENDPOINT_BASE_URL = `${base}/v3/company/`;
QuickBooks.TOKEN_URL = `${base}/oauth2/v1/tokens/bearer`;
QuickBooks.REVOKE_URL = `${base}/v2/oauth2/tokens/revoke`;

function books() {
  return new QuickBooks(clientId, clientSecret, accessToken, false, realm, true, false, 75, "2.0", refreshToken);
}

const say = reporter((error) => {
  const body = error.response?.data ?? error;
  const fault = body.Fault ?? body.fault;
  const first = (fault?.Error ?? fault?.error)?.[0];
  if (first) return [error.response?.status ?? 200, first.code];
  return error.response ? [error.response.status, body.error] : undefined;
});

const qb = books();
// The calls of the library end in callbacks.
const call = (name, ...given) => promisify(qb[name].bind(qb))(...given);
const rows = (kind) => (answer) => (answer.QueryResponse[kind] ?? []).map((row) => row.DisplayName ?? row.Name);

function invoice(customer, number, quantity, price, amount) {
  const detail = { ItemRef: { value: item.Id }, Qty: quantity, UnitPrice: price };
  const line = { DetailType: "SalesItemLineDetail", Amount: amount, SalesItemLineDetail: detail };
  return { CustomerRef: { value: customer.Id }, DocNumber: number, Line: [line] };
}

let item;

async function customers() {
  const named = (DisplayName, more) => call("createCustomer", { DisplayName, ...more });
  const versions = (it) => [it.Id, it.SyncToken, it.domain];
  const ada = await say("create", () => named("Ada", { requestId: "r1", GivenName: "Ada" }), versions);
  await say("create again, same request", () => named("Ada", { requestId: "r1", GivenName: "Ada" }), versions);
  await say("name taken", () => named("ADA"));
  await say("no name", () => call("createCustomer", { Notes: "nameless" }));
  await say("unknown property", () => named("Bob", { Colour: "red" }));
  await say("create with an apostrophe", () => named("Conan O'Brien"), (it) => it.FullyQualifiedName);
  const find = (criteria) => call("findCustomers", criteria);
  await say("find by the apostrophe", () => find({ DisplayName: "Conan O'Brien" }), rows("Customer"));
  await say("read", () => call("getCustomer", ada.Id), (it) => it.DisplayName);
  await say("read what is not there", () => call("getCustomer", 4711));
  const { Id, SyncToken } = ada;
  const update = (more) => call("updateCustomer", { Id, SyncToken, ...more });
  const sparse = await say("sparse update", () => update({ Notes: "first" }), (it) => [it.SyncToken, it.GivenName]);
  await say("stale", () => update({ Notes: "second" }));
  const whole = { DisplayName: "Ada", SyncToken: sparse.SyncToken, sparse: false };
  const full = await say("full update", () => update(whole), (it) => [it.GivenName ?? null, it.Notes ?? null]);
  for (let number = 0; number < 5; number += 1) await named(`Number ${number}`);
  const page = [
    { field: "DisplayName", value: "Number%", operator: "LIKE" },
    { field: "desc", value: "DisplayName" },
    { field: "limit", value: 2 },
    { field: "offset", value: 2 },
  ];
  await say("page", () => find(page), rows("Customer"));
  await say("all pages", () => find([{ field: "fetchAll", value: true }, { field: "limit", value: 3 }]), (answer) => [
    answer.QueryResponse.Customer.length,
    answer.QueryResponse.maxResults,
  ]);
  await say("several", () => find({ DisplayName: ["Number 1", "Number 3"] }), rows("Customer"));
  await say("count", () => find({ count: true }), (answer) => answer.QueryResponse.totalCount);
  await say("nothing found", () => find({ DisplayName: "Nobody" }), rows("Customer"));
  await say("no property", () => find({ Colour: "red" }));
  await say("no statement", () => find(" where"));
  const out = { SyncToken: full.SyncToken, Active: false };
  await say("deactivate", () => update(out), (it) => [it.DisplayName, it.Active]);
  await say("find those in use", () => find({ Id }), rows("Customer"));
  await say("find all", () => find({ Id, Active: [true, false] }), rows("Customer"));
  const back = { SyncToken: String(Number(full.SyncToken) + 1), Active: true };
  return say("reactivate", () => update(back), (it) => it.DisplayName);
}

async function sales(ada) {
  const accounts = await call("findAccounts", { AccountType: "Income", limit: 1 });
  const income = { value: accounts.QueryResponse.Account[0].Id };
  const lamp = { Name: "Lamp", Type: "NonInventory", Sku: "L-1", UnitPrice: 14.5, IncomeAccountRef: income };
  item = await say("create an item", () => call("createItem", lamp), (it) => [it.Name, it.Sku]);
  const sell = (...facts) => call("createInvoice", invoice(ada, ...facts));
  const sold = await say("create an invoice", () => sell("1001", 2, 14.5, 29), (it) => [
    it.TotalAmt,
    it.Balance,
    it.Line.map((line) => line.DetailType),
    it.CustomerRef.name,
  ]);
  await say("number taken", () => sell("1001", 1, 1, 1));
  const twice = { ...invoice(ada, "1001", 1, 1, 1), allowDuplicateDocNum: true };
  await say("number taken on purpose", () => call("createInvoice", twice), (it) => it.DocNumber);
  await say("wrong amount", () => sell("1002", 128.35, 14.5, 1861.07));
  const second = await say("right amount", () => sell("1002", 128.35, 14.5, 1861.08), (it) => it.TotalAmt);
  await say("send", () => call("sendInvoicePdf", sold.Id, "ada@example.com"), (it) => it.EmailStatus);
  await say("print", () => call("getInvoicePdf", sold.Id), (pdf) => Buffer.from(pdf).subarray(0, 5).toString());
  const link = { Amount: 29, LinkedTxn: [{ TxnId: sold.Id, TxnType: "Invoice" }] };
  const payment = { CustomerRef: { value: ada.Id }, TotalAmt: 30, Line: [link] };
  const paid = await say("pay", () => call("createPayment", payment), (it) => it.UnappliedAmt);
  await say("paid", () => call("getInvoice", sold.Id), (it) => [it.Balance, it.LinkedTxn[0].TxnType]);
  const nothing = { Id: paid.Id, SyncToken: paid.SyncToken };
  await say("void the payment", () => call("voidPayment", nothing), (it) => [it.TotalAmt, it.PrivateNote]);
  await say("void the invoice", () => call("voidInvoice", sold.Id), (it) => it.Invoice.TotalAmt);
  await say("delete", () => call("deleteInvoice", second.Id), (it) => it.Invoice.status);
  await say("delete again", () => call("deleteInvoice", { Id: second.Id, SyncToken: second.SyncToken }));
  return sold;
}

async function others(ada, sold) {
  const named = (bId, DisplayName) => ({ bId, operation: "create", Customer: { DisplayName } });
  const items = [named("1", "Batch"), named("2", "Ada"), { bId: "3", Query: "select count(*) from Customer" }];
  await say("batch", () => call("batch", items), (answer) =>
    answer.BatchItemResponse.map((it) => it.Customer?.DisplayName ?? it.Fault?.Error[0].code ?? it.QueryResponse.totalCount),
  );
  const many = Array.from({ length: 31 }, (_, number) => ({ bId: String(number), Query: "select * from Term" }));
  await say("batch of too many", () => call("batch", many));
  const kinds = (answer) => answer.CDCResponse[0].QueryResponse.map((group) => Object.keys(group)[0] ?? null);
  const since = new Date(Date.parse(ada.MetaData.CreateTime));
  await say("changes", () => call("changeDataCapture", ["Customer", "Term", "Invoice"], since), kinds);
  await say("changes too old", () => call("changeDataCapture", "Customer", "2020-01-01T00:00:00Z"));
  const note = { Note: "a note", AttachableRef: [{ EntityRef: { type: "Invoice", value: sold.Id } }] };
  await say("attach a note", () => call("createAttachable", note), (it) => it.Note);
  const file = Readable.from([Buffer.from("twelve bytes")]);
  const upload = () => call("upload", "a.txt", "text/plain", file, "Invoice", sold.Id);
  await say("attach a file", upload, (it) => [it.FileName, it.SyncToken, it.AttachableRef[0].EntityRef.value === sold.Id]);
  await say("attachments", () => call("findAttachables", { count: true }), (answer) => answer.QueryResponse.totalCount);
  const report = (answer) => [answer.Header.ReportName, answer.Header.StartPeriod, answer.Columns.Column.length];
  const period = { start_date: "2026-01-01", end_date: "2026-12-31" };
  await say("report", () => call("reportProfitAndLoss", period), report);
  await say("balance sheet", () => call("reportBalanceSheet", period), report);
  await say("trial balance", () => call("reportTrialBalance", period), report);
}

async function login() {
  await say("refresh", () => call("refreshAccessToken"), (answer) => answer.refresh_token !== refreshToken);
  await say("company", () => call("getCompanyInfo", realm), (it) => it.CompanyName);
  const old = books();
  await say("refresh with the old", () => promisify(old.refreshAccessToken.bind(old))());
  const { endpoint } = qb;
  qb.endpoint = `${busy}/v3/company/`;
  await say("too often", () => call("getCompanyInfo", realm));
  qb.endpoint = endpoint;
  const token = qb.token;
  await say("revoke", () => call("revokeAccess", true), (answer) => answer.status);
  Object.assign(qb, { token, realmId: realm });
  await say("at the end", () => call("getCompanyInfo", realm));
}

async function main() {
  await say("company before", () => call("getCompanyInfo", realm), (it) => [it.CompanyName, it.Country]);
  await say("preferences", () => call("getPreferences"), (it) => it.SalesFormsPrefs.CustomTxnNumbers);
  const ada = await customers();
  const sold = await sales(ada);
  await others(ada, sold);
  await login();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
