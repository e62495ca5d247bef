//! Ministack, the AWS emulator, as a child process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    kept::Kept,
};

/// Starts ministack with its certificate, its data and its log in `directory`.
pub(crate) fn start(directory: &Path) -> Result<Kept> {
    let scratch = directory.join("ministack");
    fs::create_dir(&scratch).map_err(Error::file(&scratch))?;
    for (name, source) in [
        ("answers.py", include_str!("answers.py")),
        ("policies.py", include_str!("policies.py")),
    ] {
        let path = directory.join(name);
        fs::write(&path, source).map_err(Error::file(&path))?;
    }
    // Ministack hands its own environment on to the functions: let there be nothing in it that is not ours.
    let settings = [
        ("AUTH", "true"),
        ("USE_SSL", "1"),
        ("LAMBDA_EXECUTOR", "local"),
        // What Lambda tells a function whose log_format is JSON; ministack does not.
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        // Listeners on fixed ports, of services that nobody here uses: two stacks must be able to run at once.
        ("IOT_MTLS_ENABLED", "0"),
        ("SFTP_ENABLED", "0"),
        ("PERSIST_STATE", "0"),
        ("S3_PERSIST", "0"),
    ]
    .map(|(name, value)| (name, PathBuf::from(value)));
    let places = [
        ("MINISTACK_SSL_CERT", directory.join("server.pem")),
        ("MINISTACK_SSL_KEY", directory.join("server-key.pem")),
        ("S3_DATA_DIR", scratch.join("s3")),
        ("STATE_DIR", scratch.join("state")),
        ("TMPDIR", scratch.clone()),
    ];
    Kept::start(
        "ministack",
        include_str!("serve_ministack.py"),
        directory,
        settings.into_iter().chain(places),
    )
}
