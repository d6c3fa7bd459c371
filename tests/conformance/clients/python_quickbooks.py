"""Drives the books with the library `python-quickbooks`, whose login is done by `intuit-oauth`."""

import json
import os
import sys

import requests
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.batch import batch_create, batch_delete, batch_update
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import QuickbooksException
from quickbooks.objects import (
    Account,
    Attachable,
    AttachableRef,
    CompanyInfo,
    Customer,
    Invoice,
    Item,
    Payment,
    PaymentLine,
    Preferences,
    SalesItemLine,
    SalesItemLineDetail,
)
from report import Report

base, client_id, client_secret, refresh_token, realm, busy, notice = sys.argv[1:8]

# The library below refuses tokens over plain HTTP, and has two constants in place of a setting for the host.
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
QuickBooks.api_url_v3 = QuickBooks.sandbox_api_url_v3 = base + "/v3"


def refusal(error):
    if not isinstance(error, QuickbooksException):
        return None
    return [type(error).__name__, error.error_code]


say = Report(refusal)
place = base + "/.well-known/openid_sandbox_configuration"
auth = AuthClient(client_id, client_secret, "http://localhost/back", place, refresh_token=refresh_token)
qb = QuickBooks(auth_client=auth, refresh_token=refresh_token, company_id=realm, minorversion=75)


def customer(name):
    made = Customer()
    made.DisplayName = name
    return made


def invoice(of, number, quantity, price, amount):
    detail = SalesItemLineDetail()
    detail.ItemRef = item.to_ref()
    detail.Qty, detail.UnitPrice = quantity, price
    line = SalesItemLine()
    line.Amount, line.SalesItemLineDetail = amount, detail
    made = Invoice()
    made.CustomerRef, made.DocNumber, made.Line = of.to_ref(), number, [line]
    return made


def names(found):
    return [one.DisplayName for one in found]


# Reading what a company is.
say("company", lambda: CompanyInfo.get(realm, qb=qb), lambda it: [it.CompanyName, it.Country])
say("preferences", lambda: Preferences.get(qb=qb), lambda it: it.SalesFormsPrefs.CustomTxnNumbers)

# Customers: create, replay, names, versions.
ada = say("create", lambda: customer("Ada").save(qb=qb, request_id="r1"), lambda it: [it.Id, it.SyncToken])
say("create again, same request", lambda: customer("Ada").save(qb=qb, request_id="r1").Id == ada.Id)
say("name taken", lambda: customer("ada").save(qb=qb))
say("name of nothing", lambda: customer("").save(qb=qb))
say("name too long", lambda: customer("x" * 501).save(qb=qb))
obrien = customer("Conan O'Brien")
obrien.GivenName = "Conan"
say("create with an apostrophe", lambda: obrien.save(qb=qb), lambda it: it.FullyQualifiedName)
say("find by the apostrophe", lambda: Customer.filter(DisplayName="Conan O'Brien", qb=qb), names)
say("read", lambda: Customer.get(ada.Id, qb=qb), lambda it: it.DisplayName)
say("read what is not there", lambda: Customer.get(4711, qb=qb))
ada.CompanyName, ada.Notes = "Lovelace Ltd", "first"
newer = say("full update", lambda: ada.save(qb=qb), lambda it: [it.SyncToken, it.CompanyName])
say("stale", lambda: ada.save(qb=qb))


def sparse():
    body = {"Id": newer.Id, "SyncToken": newer.SyncToken, "sparse": True, "Notes": "second"}
    return Customer.from_json(qb.update_object("Customer", json.dumps(body))["Customer"])


newer = say("sparse update", sparse, lambda it: [it.SyncToken, it.CompanyName, it.Notes])
newer.CompanyName = None
newer = say("full update without a field", lambda: newer.save(qb=qb), lambda it: [it.CompanyName, it.Notes])

# Queries.
for number in range(5):
    customer(f"Number {number}").save(qb=qb)
say("all", lambda: Customer.all(order_by="DisplayName", start_position=2, max_results=3, qb=qb), names)
say("where", lambda: Customer.where("DisplayName LIKE 'Number%'", order_by="Id DESC", max_results=2, qb=qb), names)
say("choose", lambda: Customer.choose(["Number 1", "Number 3"], field="DisplayName", qb=qb), names)
say("count", lambda: Customer.count(qb=qb))
say("count where", lambda: Customer.count("DisplayName LIKE 'Number%'", qb=qb))
say("position zero", lambda: Customer.where("", start_position=0, qb=qb))
say("no statement", lambda: Customer.query("SELECT FROM Customer", qb=qb))
say("no property", lambda: Customer.where("Colour = 'red'", qb=qb))
say("nothing found", lambda: Customer.filter(DisplayName="Nobody", qb=qb), names)

# Out of use and back.
newer.Active = False
gone = say("deactivate", lambda: newer.save(qb=qb), lambda it: [it.DisplayName, it.Active])
say("find those in use", lambda: Customer.filter(Id=ada.Id, qb=qb), names)
say("find all", lambda: Customer.where(f"Active IN (true, false) AND Id = '{ada.Id}'", qb=qb), names)
gone.Active = True
ada = say("reactivate", lambda: gone.save(qb=qb), lambda it: it.DisplayName)

# Items and sales.
income = Account.where("AccountType = 'Income'", max_results=1, qb=qb)[0]
lamp = Item()
lamp.Name, lamp.Type, lamp.Sku, lamp.UnitPrice = "Lamp", "NonInventory", "L-1", 14.5
lamp.IncomeAccountRef = income.to_ref()
item = say("create an item", lambda: lamp.save(qb=qb), lambda it: [it.Name, it.Sku, it.IncomeAccountRef.name])
say("items with their numbers", lambda: Item.filter(Sku="L-1", qb=qb), lambda found: [one.Name for one in found])
say("all items", lambda: "L-1" in [one.Sku for one in Item.all(qb=qb)])
sold = say(
    "create an invoice",
    lambda: invoice(ada, "1001", 2, 14.5, 29).save(qb=qb, request_id="r2"),
    lambda it: [it.TotalAmt, it.Balance, [line.DetailType for line in it.Line], it.Line[0].SalesItemLineDetail.ItemRef.name],
)
say("number taken", lambda: invoice(ada, "1001", 1, 1, 1).save(qb=qb))
say("wrong amount", lambda: invoice(ada, "1002", 128.35, 14.5, 1861.07).save(qb=qb))
say("right amount", lambda: invoice(ada, "1002", 128.35, 14.5, 1861.08).save(qb=qb), lambda it: it.TotalAmt)
say("no line", lambda: setattr(sold, "Line", []) or sold.save(qb=qb))
sold = Invoice.get(sold.Id, qb=qb)
say("send", lambda: sold.send(qb=qb, send_to="ada@example.com"), lambda it: it["Invoice"]["EmailStatus"])
say("print", lambda: sold.download_pdf(qb=qb), lambda pdf: pdf[:5].decode())

# Payments, voids, deletions.
paid = Payment()
paid.CustomerRef, paid.TotalAmt = ada.to_ref(), 30
line = PaymentLine()
line.Amount, line.LinkedTxn = 29, [sold.to_linked_txn()]
paid.Line = [line]
paid = say("pay", lambda: paid.save(qb=qb), lambda it: [it.TotalAmt, it.UnappliedAmt])
say("paid", lambda: Invoice.get(sold.Id, qb=qb), lambda it: [it.Balance, it.LinkedTxn[0].TxnType])
sheet = ("BalanceSheet", {"end_date": "2030-12-31"})
say("balance sheet", lambda: qb.get_report(*sheet), lambda it: [row["group"] for row in it["Rows"]["Row"]])
say("void the payment", lambda: paid.void(qb=qb), lambda it: [it["Payment"]["TotalAmt"], it["Payment"]["PrivateNote"]])
say("open again", lambda: Invoice.get(sold.Id, qb=qb).Balance)
say("void the invoice", lambda: Invoice.get(sold.Id, qb=qb).void(qb=qb), lambda it: it["Invoice"]["TotalAmt"])
second = Invoice.filter(DocNumber="1002", qb=qb)[0]
say("delete", lambda: second.delete(qb=qb), lambda it: it["Invoice"]["status"])
say("delete again", lambda: second.delete(qb=qb))

# Many at once.
made = say(
    "batch",
    lambda: batch_create([customer("Batch 1"), customer("Ada"), customer("Batch 2")], qb=qb),
    lambda it: [names(it.successes), [fault.Error[0].code for fault in it.faults]],
)
for one in made.successes:
    one.Notes = "changed"
say("batch of updates", lambda: batch_update(made.successes, qb=qb), lambda it: [one.SyncToken for one in it.successes])
sales = [invoice(ada, f"20{number}", 1, 1, 1).save(qb=qb) for number in range(2)]
say("batch of deletions", lambda: batch_delete(sales, qb=qb), lambda it: [one.status for one in it.successes])
say("batch of too many", lambda: qb.batch_operation(json.dumps({"BatchItemRequest": [
    {"bId": str(number), "Query": "select * from Term"} for number in range(31)]})))

# What changed.
since = CompanyInfo.get(realm, qb=qb).MetaData.CreateTime
say("changes too old", lambda: change_data_capture([Customer], since, qb=qb))
since = Customer.get(ada.Id, qb=qb).MetaData["CreateTime"]
say(
    "changes",
    lambda: change_data_capture([Customer, Invoice, Payment], since, qb=qb),
    lambda it: [len(it.Customer), len(it.Payment), sorted({getattr(one, "status", "there") for one in it.Invoice})],
)

# Attachments and reports.
note = Attachable()
note.Note = "a note"
reference = AttachableRef()
reference.EntityRef = sold.to_ref()
note.AttachableRef = [reference]
note = say("attach a note", lambda: note.save(qb=qb), lambda it: [it.Note, it.AttachableRef[0].EntityRef.value == sold.Id])
file = Attachable()
file.FileName, file.ContentType, file._FileBytes = "a.txt", "text/plain", b"twelve bytes"
file = say("attach a file", lambda: file.save(qb=qb), lambda it: [it.FileName, it.Size, bool(it.TempDownloadUri)])
say("the file", lambda: requests.get(file.TempDownloadUri).text)
say("attachments", lambda: Attachable.count(qb=qb))
say("take the note off", lambda: note.delete(qb=qb), lambda it: it["Attachable"]["status"])
say("report", lambda: qb.get_report("CustomerBalance"), lambda it: [it["Header"]["ReportName"], it["Columns"]["Column"][1]["ColTitle"]])
say("no report", lambda: qb.get_report("Weather"))

# Notices, limits, the end of the login.
body, signature, verifier = json.loads(notice)
say("notice", lambda: [qb.validate_webhook_signature(body, signature, token) for token in (verifier, "guess")])
QuickBooks.api_url_v3 = QuickBooks.sandbox_api_url_v3 = busy + "/v3"
say("too often", lambda: CompanyInfo.get(realm, qb=qb))
QuickBooks.api_url_v3 = QuickBooks.sandbox_api_url_v3 = base + "/v3"
auth.revoke()
say("at the end", lambda: CompanyInfo.get(realm, qb=qb))
