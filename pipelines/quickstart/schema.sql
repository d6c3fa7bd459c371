-- Amounts are TEXT with two decimals: SQLite would turn decimals in other columns into floats.
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  email TEXT,
  name TEXT,
  country TEXT,
  created_at TEXT,
  raw JSON NOT NULL
);

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES products (id),
  sku TEXT,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  price TEXT,
  raw JSON NOT NULL
);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  number TEXT NOT NULL,
  status TEXT NOT NULL,
  stage TEXT NOT NULL,
  currency TEXT NOT NULL,
  total TEXT NOT NULL CHECK (total GLOB '*.[0-9][0-9]'),
  tax TEXT NOT NULL CHECK (tax GLOB '*.[0-9][0-9]'),
  payment TEXT,
  created_at TEXT NOT NULL,
  paid_at TEXT,
  customer_id INTEGER REFERENCES customers (id),
  raw JSON NOT NULL
);

CREATE TABLE order_lines (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER REFERENCES products (id),
  sku TEXT,
  name TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  total TEXT NOT NULL,
  tax TEXT NOT NULL
);

CREATE TABLE refunds (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  amount TEXT NOT NULL CHECK (amount GLOB '*.[0-9][0-9]'),
  reason TEXT,
  created_at TEXT NOT NULL
);

-- What did the store earn, month by month, and what did it give back? Summed in cents, so that it adds up.
CREATE VIEW revenue AS
WITH
  amounts (month, currency, paid, refunded) AS (
    SELECT substr(paid_at, 1, 7), currency, CAST(replace(total, '.', '') AS INTEGER), 0
    FROM orders WHERE stage = 'paid' AND paid_at IS NOT NULL
    UNION ALL
    SELECT substr(r.created_at, 1, 7), o.currency, 0, CAST(replace(r.amount, '.', '') AS INTEGER)
    FROM refunds r JOIN orders o ON o.id = r.order_id
    WHERE o.stage = 'paid' AND o.paid_at IS NOT NULL
  ),
  sums AS (
    SELECT month, currency, count(*) FILTER (WHERE paid <> 0) AS orders,
      sum(paid) AS paid, sum(refunded) AS refunded, sum(paid) - sum(refunded) AS net
    FROM amounts GROUP BY month, currency
  )
SELECT month, currency, orders,
  printf('%d.%02d', paid / 100, paid % 100) AS paid,
  printf('%d.%02d', refunded / 100, refunded % 100) AS refunded,
  printf('%s%d.%02d', iif(net < 0, '-', ''), abs(net) / 100, abs(net) % 100) AS net
FROM sums ORDER BY month, currency;
