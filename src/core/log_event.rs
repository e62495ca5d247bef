//! The log lines that something looks for: each carries its name in the field `event`.

/// A line that the operator's tool looks for in the function's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogEvent {
    /// A run ended as it should.
    RunDone,
    /// A run failed; fields `kind` and `problem`.
    RunFailed,
    /// The function could not start; field `problem`.
    StartFailed,
    /// A day of a run failed; fields `day`, `kind` and `problem`.
    DayFailed,
    /// The program panicked; field `at`.
    Panicked,
}

impl LogEvent {
    /// The field that carries it.
    pub const FIELD: &str = "event";

    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::RunDone,
        Self::RunFailed,
        Self::StartFailed,
        Self::DayFailed,
        Self::Panicked,
    ];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RunDone => "run_done",
            Self::RunFailed => "run_failed",
            Self::StartFailed => "start_failed",
            Self::DayFailed => "day_failed",
            Self::Panicked => "panicked",
        }
    }

    /// The event of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }

    /// Whether the invocation ends with this failure.
    #[must_use]
    pub const fn ends_invocation(self) -> bool {
        matches!(self, Self::RunFailed | Self::StartFailed)
    }
}
