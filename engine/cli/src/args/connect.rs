//! The arguments of the commands around connections and their credentials.

use super::Which;
use clap::{Args, Subcommand};
use url::{Host, Url};

#[derive(Debug, Args)]
pub(crate) struct Connections {
    #[command(subcommand)]
    pub(crate) verb: ConnectionsVerb,
}

/// What is done with connections.
#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionsVerb {
    /// List the connections, and until when their logins are good
    #[command(alias = "list")]
    Ls {
        #[command(flatten)]
        which: Which,
    },
    /// Show one connection: its settings, its secrets by name, its login
    Show {
        /// The connection
        name: String,
        #[command(flatten)]
        which: Which,
    },
    /// Open connections, without the right to write, and ask each something
    Check {
        /// The connections [default: every one of the project]
        names: Vec<String>,
        #[command(flatten)]
        which: Which,
    },
    /// Give the engine access to an account, in a browser
    Login(Login),
    /// Give the access back and forget it
    Logout {
        /// The connection
        name: String,
        /// Forget it here, without telling the service
        #[arg(long)]
        local: bool,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "The service sends the browser back to an address that is registered with the app:
  engine connections login books                                       http://127.0.0.1:PORT/callback
  engine connections login books --port 8410                           the same port each time
  engine connections login books --redirect-uri http://localhost:8410/back
  engine connections login books --redirect-uri https://app.example.com/back --paste
                                                                       copy the address from the browser
  engine connections login books --redirect-uri https://app.example.com/back --port 8410
                                                                       something passes it on to port 8410"
)]
pub(crate) struct Login {
    /// The connection
    pub(crate) name: String,
    /// Listen for the browser on this port of 127.0.0.1 [default: that of the redirect URI, or any free one]
    #[arg(long, conflicts_with = "paste", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// The address that is registered with the app [default: <http://127.0.0.1:PORT/callback>]
    #[arg(long, value_name = "URL", required_if_eq("paste", "true"))]
    pub(crate) redirect_uri: Option<Url>,
    /// Listen nowhere: read the address to which the browser was sent from standard input
    #[arg(long)]
    pub(crate) paste: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  engine discover warehouse               its streams and target objects
  engine discover warehouse orders        the fields of one
  engine discover warehouse --save        keep them in catalogs/warehouse.json, and say what has changed
  engine discover store --env demo        what the emulator of the store offers

Nothing is changed in the service. What people wrote into a saved catalog stays: descriptions, samples, and
which fields are personal.")]
pub(crate) struct Discover {
    /// The connection
    pub(crate) connection: String,
    /// Only this stream or target object, with its fields
    #[arg(conflicts_with = "save")]
    pub(crate) name: Option<String>,
    /// Write catalogs/CONNECTION.json, which `validate` and editors read
    #[arg(long)]
    pub(crate) save: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "Files of a project only name secrets: `key = { secret = \"shop_key\" }`. Their values come from
the environment (ENGINE_SECRET_SHOP_KEY) or, where it has none, from what is kept here, encrypted in the state."
)]
pub(crate) struct Secret {
    #[command(subcommand)]
    pub(crate) verb: SecretVerb,
}

/// What is done with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretVerb {
    /// Keep a secret: its value is asked for, or read from standard input
    #[command(after_long_help = "Examples:
  engine secret set shop_key                                           asks for the value
  pass show shop | engine secret set shop_key
  engine secret set shop_key --host shop.example.com                   to be sent to this host only
  engine secret set app_secret --host '*.intuit.com'                   to all hosts below this name")]
    Set {
        /// The name
        #[arg(value_parser = secret_name)]
        name: String,
        /// A host that it may be sent to (may be repeated) [default: any]
        #[arg(long, value_name = "HOST", value_parser = host)]
        host: Vec<String>,
        #[command(flatten)]
        which: Which,
    },
    /// List the secrets that are kept, never their values
    #[command(alias = "list")]
    Ls {
        #[command(flatten)]
        which: Which,
    },
    /// Take a secret away
    #[command(alias = "remove")]
    Rm {
        /// The name
        name: String,
        #[command(flatten)]
        which: Which,
    },
    /// Look whether every secret that connections name is there
    Check {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "The master key is in the state's .key file (.engine/state.key), which only its owner may read, or
in ENGINE_MASTER_KEY. It wraps the data keys in the state, which encrypt records, tokens and
secrets. Keep a copy of it apart from the copies of the state: neither is of use without the other."
)]
pub(crate) struct Keys {
    #[command(subcommand)]
    pub(crate) verb: KeysVerb,
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysVerb {
    /// Show where the master key is, by name, never the key
    Show {
        #[command(flatten)]
        which: Which,
    },
    /// Make a new master key; the old one opens nothing any more
    #[command(
        after_long_help = "A new key takes the place of the file. Where the key is in ENGINE_MASTER_KEY, put the new one into
ENGINE_NEW_MASTER_KEY for this command, and afterwards into ENGINE_MASTER_KEY; so a key also moves from
the file to the environment. Runs may go on meanwhile. Copies of the state from before need the key of then."
    )]
    Rotate {
        #[command(flatten)]
        which: Which,
    },
}

fn secret_name(text: &str) -> Result<String, String> {
    let is_fine = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_fine) {
        return Err("a name has 1 to 64 letters, digits, `_`, `-` and `.`".to_owned());
    }
    Ok(text.to_owned())
}

/// A host as the transport will meet it: in lower case, names in their ASCII form. `*.` in front of a name stands for
/// every host below it.
fn host(text: &str) -> Result<String, String> {
    let (any, name) = text.strip_prefix("*.").map_or(("", text), |name| ("*.", name));
    match Host::parse(name) {
        Ok(Host::Domain(name)) if !name.contains('*') => Ok(format!("{any}{name}")),
        Ok(address @ (Host::Ipv4(_) | Host::Ipv6(_))) if any.is_empty() => Ok(address.to_string()),
        _ => Err("a host is a name or an address, without scheme, port or path".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_written_in_one_form() {
        assert_eq!(host("API.Example.com").unwrap(), "api.example.com");
        assert_eq!(host("127.0.0.1").unwrap(), "127.0.0.1");
        assert_eq!(host("*.Intuit.com").unwrap(), "*.intuit.com");
        for wrong in [
            "*.",
            "*",
            "a.*.b",
            "*.127.0.0.1",
            "",
            "https://api.example.com",
            "api.example.com:443",
            "api.example.com/x",
            "a b",
        ] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
        assert!(
            secret_name("shop_key-1.a").is_ok() && secret_name("a=b").is_err() && secret_name("").is_err()
        );
    }
}
