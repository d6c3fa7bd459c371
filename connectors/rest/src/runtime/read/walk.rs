//! Through a list to its end, or to the end of a batch: asks for pages and has them taken.

use super::{
    ask::{self, Ask, Order},
    bag::{Bag, Step},
    narrow::Narrow,
    pages::{Pages, Place},
    rows,
    scan::Scan,
    window::Window,
};
use crate::{
    manifest::{CursorTable, PageKind, PageTable},
    runtime::{
        answer::Answer,
        catalog::Stream,
        query,
        service::{Call, Service},
    },
};
use engine_contract::{ConnectorError, Context, Cursor, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Pages without a new record after which a read gives up: the service does not do what it was asked.
const IDLE_MAX: usize = 1000;

/// Where a read goes on.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Resume {
    Window(Window),
    Scan(Scan),
    Pages(Pages),
}

/// A read: a stream, the way through it, and what of it is asked for.
pub(super) struct Reading<'a> {
    pub(super) service: &'a Service,
    pub(super) stream: Stream<'a>,
    pub(super) page: &'a PageTable,
    /// The field and the cursor that the list is ordered by.
    pub(super) cursor: Option<(&'a str, &'a CursorTable)>,
    pub(super) narrow: Narrow,
}

impl Reading<'_> {
    /// Reads on from a place, or from the beginning: records at or after `since`. Answers where the rest begins.
    pub(super) async fn walk(
        &self,
        context: &Context,
        (resume, since): (Option<Resume>, Option<Cursor>),
        bag: &mut Bag,
    ) -> Result<Option<Resume>> {
        match (self.page.kind, resume) {
            (PageKind::Window, Some(Resume::Window(window))) => self.windows(context, window, bag).await,
            (PageKind::Window, _) => self.windows(context, Window::new(since), bag).await,
            (PageKind::Scan, Some(Resume::Scan(scan))) => self.scan(context, scan, bag).await,
            (PageKind::Scan, _) => self.scan(context, Scan::default(), bag).await,
            (_, Some(Resume::Pages(pages))) => self.pages(context, pages, bag).await,
            (..) => self.pages(context, Pages::default(), bag).await,
        }
    }

    /// What is asked for when nothing else is said.
    pub(super) fn ask(&self, size: usize) -> Ask<'_> {
        Ask {
            stream: self.stream,
            page: self.page,
            order: self.cursor.map(|(_, cursor)| Order { cursor, from: None }),
            without: &[],
            skip: 0,
            size,
            narrow: &self.narrow,
        }
    }

    async fn rows(&self, context: &Context, call: Call) -> Result<(Answer, rows::Rows)> {
        let answer = self.service.read(context, call).await?;
        let rows = rows::rows(self.stream, &answer, self.cursor.map(|(field, _)| field))?;
        Ok((answer, rows))
    }

    async fn windows(&self, context: &Context, mut window: Window, bag: &mut Bag) -> Result<Option<Resume>> {
        let max = self.page.size_max.unwrap_or(usize::MAX);
        let can_exclude = self.page.exclude.is_some();
        let mut idle = 0;
        loop {
            let size = window.size(bag.left(), max, can_exclude);
            let order = self.cursor.map(|(_, cursor)| Order { cursor, from: window.at });
            let without = window.excluded(can_exclude);
            let ask = Ask { order, without, skip: window.skip, ..self.ask(size) };
            let call = ask::call(self.service, ask)?;
            let (_, rows) = self.rows(context, call).await?;
            let before = bag.left();
            match window.take(rows, size, can_exclude, bag)? {
                Step::End => return Ok(None),
                Step::More if bag.left() > 0 => idle = waited(idle, before, bag)?,
                Step::More | Step::Full => return Ok(Some(Resume::Window(window))),
            }
        }
    }

    async fn scan(&self, context: &Context, mut scan: Scan, bag: &mut Bag) -> Result<Option<Resume>> {
        let max = self.page.size_max.unwrap_or(usize::MAX);
        let most = self.service.pages_at_once;
        let mut idle = 0;
        loop {
            let size = Scan::size(bag.left(), max);
            let places = scan.places(size, most, bag);
            let pages = places.iter().map(|place| self.page_at(context, *place, size));
            let pages = futures::future::try_join_all(pages).await?;
            let before = bag.left();
            for (place, rows) in places.iter().zip(pages) {
                // What lies beyond a page that was not taken whole is asked for again.
                if *place != scan.offset {
                    break;
                }
                match scan.take(rows, size, bag)? {
                    Step::End => return Ok(None),
                    Step::More => {}
                    Step::Full => return Ok(Some(Resume::Scan(scan))),
                }
            }
            if places.last().is_some_and(|last| scan.offset > *last) {
                scan.were_full(places.len());
            }
            if bag.left() == 0 || scan.has_enough(size, most, bag) {
                return Ok(Some(Resume::Scan(scan)));
            }
            idle = waited(idle, before, bag)?;
        }
    }

    /// So many rows from an offset on.
    async fn page_at(&self, context: &Context, offset: usize, size: usize) -> Result<rows::Rows> {
        let ask = Ask { order: None, skip: offset, ..self.ask(size) };
        let (_, rows) = self.rows(context, ask::call(self.service, ask)?).await?;
        Ok(rows)
    }

    async fn pages(&self, context: &Context, mut pages: Pages, bag: &mut Bag) -> Result<Option<Resume>> {
        let size = self.page.size_max.filter(|_| self.page.size.is_some());
        let mut idle = 0;
        loop {
            let call = self.numbered(&pages, size)?;
            let (answer, rows) = self.rows(context, call.clone()).await?;
            let before = bag.left();
            let next = match self.page.kind {
                PageKind::Hook => self.service.next_page(&answer, &call)?.map(Place::from),
                _ => pages.next(self.page, &answer, (rows.count, size)),
            };
            match pages.take(rows, next, bag) {
                Step::End => return Ok(None),
                Step::More if bag.left() > 0 => idle = waited(idle, before, bag)?,
                Step::More | Step::Full => return Ok(Some(Resume::Pages(pages))),
            }
        }
    }

    /// The request for the page at a place.
    fn numbered(&self, pages: &Pages, size: Option<usize>) -> Result<Call> {
        if let Place::Address(address) = &pages.place {
            return Ok(Call::get(address.clone(), query::Query::new()));
        }
        if let Place::Asked { path, query } = &pages.place {
            return Ok(Call::get(path.clone(), query.clone()));
        }
        let ask = Ask { skip: pages.offset(), ..self.ask(size.unwrap_or_default()) };
        let mut call = ask::call(self.service, ask)?;
        if let Some(number) = &self.page.number {
            query::set(&mut call.query, number, (self.page.first + pages.number()).to_string());
        }
        if let (Some(parameter), Place::Token(token)) = (&self.page.token, &pages.place) {
            query::set(&mut call.query, parameter, token.clone());
        }
        Ok(call)
    }
}

/// Counts pages that brought nothing.
fn waited(idle: usize, left_before: usize, bag: &Bag) -> Result<usize> {
    let idle = if bag.left() < left_before { 0 } else { idle + 1 };
    if idle < IDLE_MAX {
        return Ok(idle);
    }
    Err(ConnectorError::new(ErrorKind::Protocol, "the service sends the same records again and again"))
}
