//! A service on a port of this machine that takes its time for each page.

use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// How long each answer takes.
pub(super) const LATENCY: Duration = Duration::from_millis(50);

/// The orders, and how many pages of them were asked for.
pub(super) struct Service {
    orders: Vec<Order>,
    /// Places of `orders` in the order of their changes.
    by_change: Vec<usize>,
    pages: AtomicUsize,
}

struct Order {
    id: u64,
    modified: String,
    line: String,
}

impl Service {
    /// Reads a file of orders, and begins to listen: the service with its port.
    pub(super) fn start(input: &Path) -> io::Result<(Arc<Self>, u16)> {
        let mut orders = Vec::new();
        for line in BufReader::new(fs::File::open(input)?).lines() {
            let line = line?;
            let order: serde_json::Value = serde_json::from_str(&line)?;
            let modified = order["date_modified_gmt"].as_str().unwrap_or_default().to_owned();
            orders.push(Order { id: order["id"].as_u64().unwrap_or_default(), modified, line });
        }
        let mut by_change: Vec<usize> = (0..orders.len()).collect();
        by_change.sort_by(|a, b| orders[*a].modified.cmp(&orders[*b].modified).then(a.cmp(b)));
        let service = Arc::new(Self { orders, by_change, pages: AtomicUsize::default() });
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let listening = Arc::clone(&service);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let service = Arc::clone(&listening);
                // A client that goes away ends its own thread only.
                thread::spawn(move || service.serve(&stream).unwrap_or_default());
            }
        });
        Ok((service, port))
    }

    /// How many pages were asked for since the last time that somebody asked.
    pub(super) fn pages(&self) -> usize {
        self.pages.swap(0, Ordering::Relaxed)
    }

    fn serve(&self, mut stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            // Up to the empty line that ends the headers.
            let mut header = String::new();
            while reader.read_line(&mut header)? > 0 && !header.trim().is_empty() {
                header.clear();
            }
            let target = line.split_whitespace().nth(1).unwrap_or_default();
            let body = self.page(target.split_once('?').map_or("", |(_, query)| query));
            self.pages.fetch_add(1, Ordering::Relaxed);
            thread::sleep(LATENCY);
            let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
            let date = printer.timestamp_to_rfc9110_string(&Timestamp::now()).map_err(io::Error::other)?;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: {date}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        }
    }

    fn page(&self, query: &str) -> String {
        let parameters: BTreeMap<String, String> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.replace("%3A", ":").replace("%2C", ",")))
            .collect();
        let number = |name: &str| parameters.get(name).and_then(|text| text.parse::<usize>().ok());
        let (skip, most) = (number("offset").unwrap_or(0), number("per_page").unwrap_or(10));
        let lines: Vec<&str> = if parameters.get("orderby").is_some_and(|by| by == "modified") {
            let after = parameters.get("modified_after").map_or("", String::as_str).trim_end_matches('Z');
            let without: BTreeSet<u64> = parameters
                .get("exclude")
                .into_iter()
                .flat_map(|ids| ids.split(','))
                .filter_map(|id| id.parse().ok())
                .collect();
            let begin =
                self.by_change.partition_point(|place| self.orders[*place].modified.as_str() <= after);
            let later = self.by_change[begin..].iter().map(|place| &self.orders[*place]);
            let wanted = later.filter(|order| !without.contains(&order.id));
            wanted.skip(skip).take(most).map(|order| order.line.as_str()).collect()
        } else {
            self.orders.iter().skip(skip).take(most).map(|order| order.line.as_str()).collect()
        };
        format!("[{}]", lines.join(","))
    }
}
