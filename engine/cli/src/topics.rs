//! What help says beyond the commands: `engine help topics NAME`, and the manual page of the exit codes.

/// The topics by name, each with its text.
pub(crate) const TOPICS: [(&str, &str); 3] =
    [("exit-codes", EXIT_CODES), ("environment", ENVIRONMENT), ("projects", PROJECTS)];

/// What each exit code means; stable for scripts.
pub(crate) const EXIT_CODES: &str = "What the exit code tells scripts

    0  done
    1  failed: a run stopped, a file could not be written; `fmt --check` found files to format
    2  the arguments make no sense, or an answer is needed and there is nobody to ask
    3  pipeline files are invalid, for `validate` and every command that loads them
    4  a connection or the server refused the credentials, or a login was refused
    5  finished, but some records failed
    6  tests failed, or `doctor`, `connections check`, `secret check` or `reconcile` found a problem
    7  somebody has to confirm it first: a token is printed, or a run waits for `engine confirm`
    8  busy: another run holds the pipeline
    9  not found: there is no such pipeline, tenant, entity, connection, secret, file or code, or a plan or token has
       expired
   10  `plan --detailed-exitcode` has changes to make
  130  stopped by SIGINT (Ctrl-C), cleanly; a second one stops at once
  143  stopped by SIGTERM, cleanly

With --format json the code is also in the document: `exit_code`.";

const ENVIRONMENT: &str = "Variables that the engine reads

  ENGINE_PROJECT    the project's folder, as -C
  ENGINE_FORMAT     how results are printed, as --format
  ENGINE_LOG        which log lines are written, for example `engine=debug`
  ENGINE_SECRET_*   secrets: `ENGINE_SECRET_ACME_KEY` is the secret `acme_key`; they go before those that
                    `engine secret set` keeps
  ENGINE_MASTER_KEY the key of the state, in the place of its .key file: 32 bytes in base64 or hexadecimal digits
  ENGINE_NEW_MASTER_KEY
                    the next one, for `engine keys rotate`
  ENGINE_ALLOW_PRIVATE
                    private networks that connections may reach: `10.0.0.0/8,127.0.0.0/8`; none by default
  ENGINE_EXTRA_CA   a file of certificates (PEM) whose issuers are trusted beside the public ones
  NO_COLOR          no colour
  CLICOLOR_FORCE    colour even where no terminal is
  LC_ALL, LANG      drawings fall back to ASCII where the locale is not UTF-8

Connections may use other variables as ${env:NAME}: only those that `[project] env` in engine.toml lists.";

const PROJECTS: &str = "Which files make a project

A folder with an engine.toml is a project. Commands work on the one of the folder that they are called in, or
of the nearest one above; -C DIR names another.

  engine.toml                 name, time zone, state store, limits
  connections.toml            connections; connections.NAME.toml lays over it what --env NAME uses
  tenants/NAME.toml           for whom pipelines run: connections, variables, lookups
  *.toml, pipelines/*.toml    the pipelines
  catalogs/CONNECTION.json    what a connection offers, saved

Where a command takes pipelines, each may be a pipeline's name, its file, or the folder of a project, which
means every pipeline in it.";
