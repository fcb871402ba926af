//! SHA-256, by which texts are known again. Bytes in, text out.

/// The SHA-256 of `bytes`, in lower case hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let hash = hmac_sha256::Hash::hash(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
