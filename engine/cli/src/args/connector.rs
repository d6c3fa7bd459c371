//! The arguments of `engine connector`.

use super::Which;
use clap::{Args, Subcommand, ValueEnum};
use url::Url;

#[derive(Debug, Args)]
#[command(
    after_long_help = "A connector is a folder of the project, connectors/NAME: connector.toml, field schemas, hooks where data
cannot say it, and recorded exchanges by which it is judged. Nothing is built. Guide: docs/guide/write-a-connector.md"
)]
pub(crate) struct Connector {
    #[command(subcommand)]
    pub(crate) verb: ConnectorVerb,
}

/// What is done with connectors.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectorVerb {
    /// Write a connector that validates, to be filled in
    New(NewConnector),
    /// Read through a connector and keep the exchanges, without anything secret or personal
    Record(RecordConnector),
    /// Judge a connector by its recorded exchanges
    Test {
        /// The connector: one of the project, or one that comes with the engine
        name: String,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine connector new bookings --base-url https://api.example.com/v1 --auth header --stream bookings
  engine connector new tickets --auth oauth2 --stream tickets")]
pub(crate) struct NewConnector {
    /// Its name: small letters, digits and `-`
    #[arg(value_parser = connector_name)]
    pub(crate) name: String,
    /// The address before every path of the service [default: a setting that each connection gives]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<Url>,
    /// How requests are signed
    #[arg(long, value_enum, default_value_t = AuthName::Header, value_name = "KIND")]
    pub(crate) auth: AuthName,
    /// The stream to begin with
    #[arg(long, default_value = "records", value_name = "NAME", value_parser = stream_name)]
    pub(crate) stream: String,
    /// Overwrite files that are there
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine connector record bookings --connection desk
  engine connector record bookings --connection desk --stream guests --limit 10
  engine connector record woocommerce --connection shop       for a connector of the engine")]
pub(crate) struct RecordConnector {
    /// The connector: one of the project, or one that comes with the engine
    pub(crate) name: String,
    /// The connection to read through
    #[arg(long, value_name = "NAME")]
    pub(crate) connection: String,
    /// Only this stream (may be repeated) [default: all]
    #[arg(long, value_name = "NAME")]
    pub(crate) stream: Vec<String>,
    /// The most records that each read takes
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(crate) limit: u32,
    #[command(flatten)]
    pub(crate) which: Which,
}

/// How requests are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthName {
    /// Not at all
    None,
    /// User and password
    Basic,
    /// A token in a header
    Header,
    /// A key as a parameter
    Query,
    /// OAuth 2.0 with a login in the browser
    Oauth2,
}

fn connector_name(text: &str) -> Result<String, String> {
    let is_letter = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if text.is_empty() || text.len() > 40 || !text.bytes().all(is_letter) {
        return Err("a connector's name has 1 to 40 small letters, digits and `-`".to_owned());
    }
    Ok(text.to_owned())
}

fn stream_name(text: &str) -> Result<String, String> {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    if text.is_empty() || text.len() > 60 || !text.chars().all(is_letter) {
        return Err("a stream's name has 1 to 60 letters, digits and `_`".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_folders_and_files() {
        assert!(connector_name("my-shop2").is_ok() && stream_name("line_items").is_ok());
        for wrong in ["", "My", "a/b", "..", "a b"] {
            assert!(connector_name(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "a-b", "a/b", "..", "a.b"] {
            assert!(stream_name(wrong).is_err(), "{wrong}");
        }
    }
}
