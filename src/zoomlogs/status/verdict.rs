//! How a thing stands, and what is not as it should be.

use serde::Serialize;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Green,
    /// Something to know of. It may pass by itself.
    Yellow,
    /// Something to mend.
    Red,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub verdict: Verdict,
    pub what: String,
    pub to_do: String,
}

impl Finding {
    pub fn yellow(what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(Verdict::Yellow, what, to_do)
    }

    pub fn red(what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self::new(Verdict::Red, what, to_do)
    }

    pub fn new(verdict: Verdict, what: impl Into<String>, to_do: impl Into<String>) -> Self {
        Self {
            verdict,
            what: what.into(),
            to_do: to_do.into(),
        }
    }
}

/// The worst of them.
pub fn of(findings: &[Finding]) -> Verdict {
    let worst = findings.iter().map(|finding| finding.verdict).max();
    worst.unwrap_or(Verdict::Green)
}
