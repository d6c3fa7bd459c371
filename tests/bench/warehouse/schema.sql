CREATE TABLE orders (
  id bigint PRIMARY KEY, order_number text NOT NULL, status text NOT NULL, currency text NOT NULL,
  created_at timestamptz NOT NULL, modified_at timestamptz NOT NULL,
  total numeric(14,2) NOT NULL, tax_total numeric(14,2) NOT NULL, shipping_total numeric(14,2) NOT NULL,
  discount_total numeric(14,2) NOT NULL, customer_id bigint, customer_name text, email text, phone text, city text,
  country text NOT NULL, payment_method text, utm_source text NOT NULL, line_total numeric(14,2) NOT NULL,
  item_count int NOT NULL);
CREATE TABLE order_lines (
  line_id bigint PRIMARY KEY, order_id bigint NOT NULL, sku text, name text, quantity int, subtotal numeric(14,2),
  total numeric(14,2), tax numeric(14,2));
