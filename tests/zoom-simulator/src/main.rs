//! The simulated Zoom as a program: for the demo, for end-to-end tests, and for playing with it by hand.

use std::io::Write;
use std::path::PathBuf;

use chrono::Utc;
use clap::Parser;
use zoom_simulator::{Credentials, Server, World};

/// Simulates Zoom's Server-to-Server OAuth, its operation logs and its sign-in and sign-out report on a loopback port.
///
/// The first line it prints is its address. What an app must know is taken from the environment:
/// ZOOM_SIMULATOR_ACCOUNT_ID, ZOOM_SIMULATOR_CLIENT_ID and ZOOM_SIMULATOR_CLIENT_SECRET (by default simulated-account,
/// simulated-client and simulated-secret). The endpoints under /_simulator/ change it while it runs.
#[derive(Parser)]
#[command(name = "zoom-simulator")]
struct Arguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// What the account's past is drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many days the account's past has, today included.
    #[arg(long, default_value_t = 3)]
    days: u64,
    /// How many things happened on a working day, and how often people signed in or out.
    #[arg(long, default_value_t = 1000)]
    records_per_day: usize,
    /// A file to write the address to once requests are answered.
    #[arg(long, value_name = "PATH")]
    ready_file: Option<PathBuf>,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let mut world = World::populated(
        arguments.seed,
        now(),
        arguments.days,
        arguments.records_per_day,
    );
    world.set_credentials(credentials());
    let server = Server::builder(world).port(arguments.port).start()?;
    writeln!(std::io::stdout(), "{}", server.url())?;
    if let Some(path) = arguments.ready_file {
        // Renamed into place, so that nobody reads half an address.
        let unfinished = path.with_extension("unfinished");
        std::fs::write(&unfinished, server.url())?;
        std::fs::rename(unfinished, path)?;
    }
    server.run();
    Ok(())
}

fn now() -> chrono::DateTime<Utc> {
    std::time::SystemTime::now().into()
}

/// From the environment alone: a command line can be read by every user of the machine.
fn credentials() -> Credentials {
    let Credentials {
        account_id,
        client_id,
        client_secret,
    } = Credentials::default();
    let set = |name, default| {
        std::env::var(name)
            .ok()
            .filter(|value| !value.is_empty())
            .unwrap_or(default)
    };
    Credentials {
        account_id: set("ZOOM_SIMULATOR_ACCOUNT_ID", account_id),
        client_id: set("ZOOM_SIMULATOR_CLIENT_ID", client_id),
        client_secret: set("ZOOM_SIMULATOR_CLIENT_SECRET", client_secret),
    }
}
