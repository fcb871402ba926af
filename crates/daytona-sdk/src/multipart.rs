//! The form in which one file is uploaded, and the bodies that carry it without copying the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _, TryStream, TryStreamExt as _};
use reqwest::header::HeaderValue;

use crate::error::BoxError;

/// The pieces in which a file leaves memory, so that progress shows.
const PIECE: usize = 256 * 1024;

/// Counts the pieces of a body that moved, so that a slow transfer can be told from a dead one.
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<AtomicU64>);

impl Progress {
    pub(crate) fn advance(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What stands around the content of a file in a `multipart/form-data` body.
pub(crate) struct Form {
    content_type: HeaderValue,
    head: Bytes,
    tail: Bytes,
}

impl Form {
    /// The form that writes one file. The server must learn the path before the content, and
    /// ignores the file name.
    pub(crate) fn for_file(path: &str) -> Self {
        let boundary = format!("daytona-sdk-{:032x}", fastrand::u128(..));
        let head = format!(
            "--{boundary}\r\n\
             Content-Disposition: form-data; name=\"files[0].path\"\r\n\r\n\
             {path}\r\n\
             --{boundary}\r\n\
             Content-Disposition: form-data; name=\"files[0].file\"; filename=\"file\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let content_type =
            HeaderValue::try_from(format!("multipart/form-data; boundary={boundary}"))
                .expect("a boundary is made of letters and digits");
        Self {
            content_type,
            head: head.into(),
            tail: tail.into(),
        }
    }

    pub(crate) fn content_type(&self) -> HeaderValue {
        self.content_type.clone()
    }

    /// The length of the body with this content, in bytes.
    pub(crate) fn length(&self, content: &Bytes) -> usize {
        self.head.len() + content.len() + self.tail.len()
    }

    /// The body with content that is in memory.
    pub(crate) fn body(&self, content: &Bytes, progress: &Progress) -> reqwest::Body {
        let pieces = stream::iter(pieces(content.clone()).map(Ok));
        reqwest::Body::wrap_stream(self.around(pieces, progress.clone()))
    }

    /// The body with content that comes as a stream.
    pub(crate) fn streamed<S>(self, content: S, progress: Progress) -> reqwest::Body
    where
        S: TryStream<Ok: Into<Bytes>, Error: Into<BoxError>> + Send + 'static,
    {
        let pieces = content.map_ok(Into::into).map_err(Into::into).into_stream();
        reqwest::Body::wrap_stream(self.around(pieces, progress))
    }

    fn around(
        &self,
        content: impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static,
        progress: Progress,
    ) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static {
        let (head, tail) = (self.head.clone(), self.tail.clone());
        stream::iter([Ok(head)])
            .chain(content)
            .chain(stream::iter([Ok(tail)]))
            .inspect(move |_| progress.advance())
    }
}

fn pieces(mut content: Bytes) -> impl Iterator<Item = Bytes> + Send {
    std::iter::from_fn(move || {
        (!content.is_empty()).then(|| content.split_to(content.len().min(PIECE)))
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Form, PIECE, pieces};

    #[test]
    fn the_path_comes_before_the_content() {
        let form = Form::for_file("dir/a \"b\".txt");
        let head = String::from_utf8(form.head.to_vec()).unwrap();

        let path = head
            .find("name=\"files[0].path\"\r\n\r\ndir/a \"b\".txt\r\n")
            .unwrap();
        let file = head
            .find("name=\"files[0].file\"; filename=\"file\"")
            .unwrap();
        assert!(path < file, "{head}");
        assert!(head.ends_with("\r\n\r\n"));
    }

    #[test]
    fn every_form_has_a_boundary_of_its_own() {
        assert_ne!(
            Form::for_file("f").content_type(),
            Form::for_file("f").content_type()
        );
    }

    #[test]
    fn content_leaves_in_pieces_that_add_up() {
        let content = Bytes::from(vec![7; 2 * PIECE + 1]);
        let lengths: Vec<_> = pieces(content).map(|piece| piece.len()).collect();
        assert_eq!(lengths, [PIECE, PIECE, 1]);
        assert_eq!(pieces(Bytes::new()).count(), 0);
    }
}
