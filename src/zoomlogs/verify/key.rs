//! The key that signs a report: an asymmetric key of KMS. Its signature is verified here with the public key alone, as anybody
//! can with openssl.

use aws_config::{Region, SdkConfig};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256K1_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P521_SHA512_ASN1, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use thiserror::Error;

use crate::aws::AwsError;

/// What can sign, and how it is verified. ECDSA with SHA-256 is of one of two curves.
struct Algorithm {
    name: &'static str,
    hash: fn(&[u8]) -> Vec<u8>,
    verify: &'static [&'static dyn VerificationAlgorithm],
}

static ALGORITHMS: [Algorithm; 4] = [
    Algorithm {
        name: "ECDSA_SHA_256",
        hash: |bytes| Sha256::digest(bytes).to_vec(),
        verify: &[&ECDSA_P256_SHA256_ASN1, &ECDSA_P256K1_SHA256_ASN1],
    },
    Algorithm {
        name: "ECDSA_SHA_384",
        hash: |bytes| Sha384::digest(bytes).to_vec(),
        verify: &[&ECDSA_P384_SHA384_ASN1],
    },
    Algorithm {
        name: "ECDSA_SHA_512",
        hash: |bytes| Sha512::digest(bytes).to_vec(),
        verify: &[&ECDSA_P521_SHA512_ASN1],
    },
    Algorithm {
        name: "RSASSA_PKCS1_V1_5_SHA_256",
        hash: |bytes| Sha256::digest(bytes).to_vec(),
        verify: &[&RSA_PKCS1_2048_8192_SHA256],
    },
];

#[derive(Debug, Error)]
pub enum KeyError {
    #[error(transparent)]
    Aws(#[from] AwsError),
    #[error(
        "the key {key} cannot sign a report: it does {found}; give one of usage SIGN_VERIFY that does one of {}, such as an \
         ECC_NIST_P256 key",
        names()
    )]
    Unfit { key: String, found: String },
    #[error(
        "the signature algorithm {name:?} is not known here; there are {}",
        names()
    )]
    Algorithm { name: String },
    #[error("KMS signed with {0}, but its own public key does not confirm that")]
    Unconfirmed(String),
    #[error("{0} is no public key in PEM form (-----BEGIN PUBLIC KEY-----)")]
    Pem(String),
}

fn names() -> String {
    ALGORITHMS
        .each_ref()
        .map(|algorithm| algorithm.name)
        .join(", ")
}

fn named(name: &str) -> Result<&'static Algorithm, KeyError> {
    let mut all = ALGORITHMS.iter();
    all.find(|algorithm| algorithm.name == name)
        .ok_or_else(|| KeyError::Algorithm {
            name: name.to_owned(),
        })
}

/// A public key: an X.509 SubjectPublicKeyInfo, in DER.
#[derive(Debug)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    /// From the text of a PEM file, which `shown` names.
    pub fn from_pem(text: &str, shown: &str) -> Result<Self, KeyError> {
        let body = text
            .split_once("-----BEGIN PUBLIC KEY-----")
            .and_then(|(_, rest)| rest.split_once("-----END PUBLIC KEY-----"));
        let body = body.map(|(body, _)| body.split_whitespace().collect::<String>());
        body.and_then(|body| BASE64.decode(body).ok())
            .map(Self)
            .ok_or_else(|| KeyError::Pem(shown.to_owned()))
    }

    /// Whether `signature` is this key's, by the algorithm of this name, of `message`.
    pub fn confirms(
        &self,
        algorithm: &str,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, KeyError> {
        let algorithm = named(algorithm)?;
        Ok(algorithm.verify.iter().any(|&verify| {
            UnparsedPublicKey::new(verify, &self.0)
                .verify(message, signature)
                .is_ok()
        }))
    }
}

/// A signature, and what made it.
#[derive(Debug)]
pub struct Made {
    pub key: String,
    pub algorithm: &'static str,
    pub signature: Vec<u8>,
}

/// A key of KMS that can sign.
pub struct SigningKey {
    kms: Client,
    arn: String,
    algorithm: &'static Algorithm,
    public: PublicKey,
}

/// A client for the region that an ARN names.
fn client(aws: &SdkConfig, key: &str) -> Client {
    let mut config = aws_sdk_kms::config::Builder::from(aws);
    if let Some(region) = region_of(key) {
        config = config.region(Region::new(region.to_owned()));
    }
    Client::from_conf(config.build())
}

/// The region in an ARN, if `key` is one.
pub fn region_of(key: &str) -> Option<&str> {
    key.strip_prefix("arn:")?.split(':').nth(2)
}

/// The public key of a key of KMS, with the key's ARN and what it can do.
async fn ask(
    kms: &Client,
    key: &str,
) -> Result<(PublicKey, String, Vec<SigningAlgorithmSpec>), AwsError> {
    let answer = kms.get_public_key().key_id(key).send().await;
    let answer = answer.map_err(AwsError::of("kms:GetPublicKey", key))?;
    let public = answer.public_key.map(Blob::into_inner).unwrap_or_default();
    let arn = answer.key_id.unwrap_or_else(|| key.to_owned());
    let algorithms = answer.signing_algorithms.unwrap_or_default();
    Ok((PublicKey(public), arn, algorithms))
}

/// Asks KMS for a public key.
pub async fn public_key(aws: &SdkConfig, key: &str) -> Result<PublicKey, AwsError> {
    ask(&client(aws, key), key)
        .await
        .map(|(public, _, _)| public)
}

impl SigningKey {
    /// The key of this id, ARN or alias.
    pub async fn find(aws: &SdkConfig, key: &str) -> Result<Self, KeyError> {
        let kms = client(aws, key);
        let (public, arn, can) = ask(&kms, key).await?;
        let mut all = ALGORITHMS.iter();
        let algorithm = all.find(|one| can.iter().any(|can| can.as_str() == one.name));
        let algorithm = algorithm.ok_or_else(|| KeyError::Unfit {
            key: key.to_owned(),
            found: if can.is_empty() {
                "no signing".to_owned()
            } else {
                let can: Vec<_> = can.iter().map(SigningAlgorithmSpec::as_str).collect();
                can.join(", ")
            },
        })?;
        Ok(Self {
            kms,
            arn,
            algorithm,
            public,
        })
    }

    /// Whether it may be used, by signing what is no report: nobody shall learn that only when there is one.
    pub async fn try_out(&self) -> Result<(), KeyError> {
        self.sign(b"zoomlogs verify: may this key be used?")
            .await
            .map(drop)
    }

    /// Signs `message`. KMS gets its hash alone.
    pub async fn sign(&self, message: &[u8]) -> Result<Made, KeyError> {
        let request = self.kms.sign().key_id(&self.arn);
        let answer = request
            .message(Blob::new((self.algorithm.hash)(message)))
            .message_type(MessageType::Digest)
            .signing_algorithm(SigningAlgorithmSpec::from(self.algorithm.name))
            .send()
            .await
            .map_err(AwsError::of("kms:Sign", &self.arn))?;
        let signature = answer.signature.map(Blob::into_inner).unwrap_or_default();
        if self
            .public
            .confirms(self.algorithm.name, message, &signature)?
        {
            Ok(Made {
                key: self.arn.clone(),
                algorithm: self.algorithm.name,
                signature,
            })
        } else {
            Err(KeyError::Unconfirmed(self.arn.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_pem_is_read_and_anything_else_refused() {
        let pem = "-----BEGIN PUBLIC KEY-----\nAQID\nBA==\n-----END PUBLIC KEY-----\n";
        assert_eq!(PublicKey::from_pem(pem, "f").unwrap().0, [1, 2, 3, 4]);
        for wrong in [
            "",
            "AQID",
            &pem.replace("PUBLIC", "PRIVATE"),
            &pem.replace("AQID", "?"),
        ] {
            let problem = PublicKey::from_pem(wrong, "key.pem").unwrap_err();
            assert!(problem.to_string().starts_with("key.pem is no public key"));
        }
    }

    #[test]
    fn an_arn_names_its_region() {
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        assert_eq!(region_of(arn), Some("eu-west-1"));
        assert_eq!(region_of("alias/audit"), None);
    }
}
