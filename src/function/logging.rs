//! The function's log lines, as Lambda's logging controls ask for them.

use tracing::level_filters::LevelFilter;

/// Writes log lines to standard output from now on: as JSON where `AWS_LAMBDA_LOG_FORMAT` says so, and no finer ones than
/// `AWS_LAMBDA_LOG_LEVEL` or else `RUST_LOG` names, which `lookup` gives.
///
/// They are those of `lambda_runtime`'s own subscriber. That one takes filters for each module as well, and brings an
/// engine for regular expressions to read them.
pub(crate) fn start(lookup: impl Fn(&str) -> Option<String>) {
    let level = lookup("AWS_LAMBDA_LOG_LEVEL").or_else(|| lookup("RUST_LOG"));
    let lines = tracing_subscriber::fmt()
        .with_target(false)
        .without_time()
        .with_max_level(finest(level.as_deref()));
    match lookup("AWS_LAMBDA_LOG_FORMAT") {
        Some(format) if format.eq_ignore_ascii_case("json") => lines.json().init(),
        _ => lines.init(),
    }
}

/// The finest lines to write. Lambda has a level above errors, which the function's own lines have not.
fn finest(level: Option<&str>) -> LevelFilter {
    match level {
        Some(fatal) if fatal.eq_ignore_ascii_case("fatal") => LevelFilter::ERROR,
        Some(level) => level.parse().unwrap_or(LevelFilter::INFO),
        None => LevelFilter::INFO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lambdas_levels_are_understood() {
        let levels = [
            ("TRACE", LevelFilter::TRACE),
            ("DEBUG", LevelFilter::DEBUG),
            ("INFO", LevelFilter::INFO),
            ("WARN", LevelFilter::WARN),
            ("ERROR", LevelFilter::ERROR),
            ("FATAL", LevelFilter::ERROR),
            ("whatever", LevelFilter::INFO),
        ];
        for (name, level) in levels {
            assert_eq!(finest(Some(name)), level, "{name}");
        }
        assert_eq!(finest(None), LevelFilter::INFO);
    }
}
