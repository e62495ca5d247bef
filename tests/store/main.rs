//! One suite for every store: the bucket in memory, which the simulation trusts, and S3 as two emulators serve it. What
//! all of them do alike is S3's behaviour and not one implementation's opinion of it.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test's panic is its report"
)]

mod bucket;

/// Makes a test of each function below for each bucket named. One that an emulator cannot pass, because it does otherwise
/// than S3, is shown as skipped, with the reason; the product must not depend on it.
macro_rules! conforms {
    ($($test:ident: $($bucket:ident),+ $((not $other:ident: $reason:literal))?;)+) => {
        $(
            mod $test {
                $(
                    #[tokio::test]
                    async fn $bucket() {
                        super::$test(crate::bucket::$bucket().await).await;
                    }
                )+
                $(
                    #[tokio::test]
                    #[ignore = $reason]
                    async fn $other() {
                        super::$test(crate::bucket::$other().await).await;
                    }
                )?
            }
        )+
    };
}
// A macro is known to the modules that come after it.
mod conditions;
mod locks;
mod lost;
mod objects;
mod races;
mod versions;
