//! A row of the table: who tries what, and what must come of it.

use std::fmt;

use local_stack::Call;

use super::principals::Principal;

/// One thing that somebody tries.
#[derive(Clone, Debug)]
pub struct Row {
    pub who: Principal,
    pub what: &'static str,
    /// The report whose log, checkpoint, function, … it is about; none when it is about all of them.
    pub report: &'static str,
    pub call: Call,
    /// Over plain HTTP, where TLS is the rule.
    pub in_the_clear: bool,
    pub expectation: Expectation,
}

/// What must come of it, and why.
#[derive(Clone, Copy, Debug)]
pub enum Expectation {
    /// A statement allows it. AWS answers with this status: not always a success, such as a 412 of a condition that is not
    /// met, which is only looked at when the put is allowed.
    Allowed {
        sid: &'static str,
        status: u16,
        caller: Caller,
    },
    /// A statement denies it, or (none is named) nothing allows it.
    Denied {
        sid: Option<&'static str>,
        because: &'static str,
    },
}

/// Who makes the call for which a principal has a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// The function's own program.
    Program,
    /// A service that acts as the principal, or somebody outside AWS.
    Other,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = if self.in_the_clear {
            " over plain HTTP"
        } else {
            ""
        };
        if !self.report.is_empty() {
            write!(f, "{}: ", self.report)?;
        }
        match self.expectation {
            Expectation::Allowed { sid, .. } => {
                write!(f, "{:?} may {}{way} ({sid})", self.who, self.what)
            }
            Expectation::Denied {
                sid: Some(sid),
                because,
            } => {
                write!(
                    f,
                    "{:?} may not {}{way} ({sid}: {because})",
                    self.who, self.what
                )
            }
            Expectation::Denied { sid: None, because } => {
                write!(f, "{:?} may not {}{way} ({because})", self.who, self.what)
            }
        }
    }
}

pub fn may(who: Principal, what: &'static str, sid: &'static str, call: Call) -> Row {
    Row {
        who,
        what,
        report: "",
        call,
        in_the_clear: false,
        expectation: Expectation::Allowed {
            sid,
            status: 200,
            caller: Caller::Other,
        },
    }
}

pub fn may_not(who: Principal, what: &'static str, because: &'static str, call: Call) -> Row {
    Row {
        who,
        what,
        report: "",
        call,
        in_the_clear: false,
        expectation: Expectation::Denied { sid: None, because },
    }
}

pub fn refused(
    who: Principal,
    what: &'static str,
    sid: &'static str,
    because: &'static str,
    call: Call,
) -> Row {
    Row {
        expectation: Expectation::Denied {
            sid: Some(sid),
            because,
        },
        ..may_not(who, what, because, call)
    }
}

impl Row {
    /// The status of an answer that is allowed and yet not a 200.
    pub fn answered(mut self, answer: u16) -> Self {
        if let Expectation::Allowed { status, .. } = &mut self.expectation {
            *status = answer;
        }
        self
    }

    /// The function's program makes this call.
    pub fn by_program(mut self) -> Self {
        if let Expectation::Allowed { caller, .. } = &mut self.expectation {
            *caller = Caller::Program;
        }
        self
    }

    /// About what this report has.
    pub fn of(mut self, report: &'static str) -> Self {
        self.report = report;
        self
    }

    pub fn in_the_clear(mut self) -> Self {
        self.in_the_clear = true;
        self
    }
}
