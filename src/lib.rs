//! Zoom to S3.
