//! Whether a count is still what was recorded.

use std::fmt;

/// How far a count may be from the recorded one, in percent. Two counts of the same program differ by a twentieth of one; valgrind
/// hides the instructions for SHA-256 from it, so that two thirds of what a page takes are that, and a loss in the rest shows small.
const TOLERANCE: f64 = 3.0;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Verdict {
    /// It is, give or take so many percent.
    Same(f64),
    /// It is so many percent more.
    More(f64, u64),
    /// It is so many percent less, and must be recorded, or the gain could be lost again unseen.
    Less(f64, u64),
    /// Nothing is recorded.
    New,
}

impl Verdict {
    pub(crate) fn of(found: u64, recorded: Option<u64>) -> Self {
        let Some(recorded) = recorded.filter(|&recorded| recorded > 0) else {
            return Self::New;
        };
        let percent = (found as f64 / recorded as f64 - 1.0) * 100.0;
        if percent > TOLERANCE {
            Self::More(percent, recorded)
        } else if percent < -TOLERANCE {
            Self::Less(percent, recorded)
        } else {
            Self::Same(percent)
        }
    }

    pub(crate) const fn is_good(self) -> bool {
        matches!(self, Self::Same(_))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same(percent) => write!(f, ", {percent:+.1} %"),
            Self::More(percent, recorded) => {
                write!(
                    f,
                    ", {percent:+.1} %: MORE than the {recorded} in all that are recorded"
                )
            }
            Self::Less(percent, recorded) => write!(
                f,
                ", {percent:+.1} %: less than the {recorded} in all that are recorded; record the gain"
            ),
            Self::New => f.write_str(": not recorded"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_good_within_the_tolerance_on_both_sides() {
        for found in [971, 1000, 1029] {
            assert!(Verdict::of(found, Some(1000)).is_good(), "{found}");
        }
        for found in [0, 969, 1031] {
            assert!(!Verdict::of(found, Some(1000)).is_good(), "{found}");
        }
        assert!(!Verdict::of(7, None).is_good());
        assert!(!Verdict::of(0, Some(0)).is_good());
    }

    #[test]
    fn what_is_wrong_is_said_with_both_numbers() {
        let said = Verdict::of(1100, Some(1000)).to_string();
        assert_eq!(
            said,
            ", +10.0 %: MORE than the 1000 in all that are recorded"
        );
    }
}
