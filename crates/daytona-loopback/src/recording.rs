//! The record of what arrived.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::lock::lock;

/// A request as it arrived at the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The method, in capitals.
    pub method: String,
    /// The path without the query, as sent (percent-encoded).
    pub path: String,
    /// The names and values of the query, decoded, in the order in which they were sent.
    pub query: Vec<(String, String)>,
    /// Header names in lower case, and their values.
    pub headers: Vec<(String, String)>,
    /// The body, or nothing when it is longer than [`crate::Builder::recorded_body`] allows.
    pub body: Vec<u8>,
    /// How many bytes of the body have been read so far.
    pub body_length: u64,
}

impl Request {
    /// The first value of the query that has this name.
    #[must_use]
    pub fn query_value(&self, name: &str) -> Option<&str> {
        first_value(&self.query, name)
    }

    /// The first header of this name (in lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        first_value(&self.headers, name)
    }

    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// How the control routes show a request.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": String::from_utf8_lossy(&self.body),
            "bodyLength": self.body_length,
        })
    }

    fn read(&mut self, chunk: &[u8], limit: usize) {
        self.body_length += chunk.len() as u64;
        if self.body_length <= limit as u64 {
            self.body.extend_from_slice(chunk);
        } else {
            self.body = Vec::new();
        }
    }
}

fn first_value<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = pairs.iter().filter(|(key, _)| key == name);
    values.next().map(|(_, value)| value.as_str())
}

/// How many requests are kept: a server that runs for days must not grow for days.
const KEPT: usize = 10_000;

pub(crate) struct Recorder {
    requests: Mutex<VecDeque<Arc<Mutex<Request>>>>,
    body_limit: usize,
}

impl Recorder {
    pub(crate) fn new(body_limit: usize) -> Self {
        Self {
            requests: Mutex::default(),
            body_limit,
        }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = lock(&self.requests);
        requests
            .iter()
            .map(|request| lock(request).clone())
            .collect()
    }

    fn keep(&self, request: Arc<Mutex<Request>>) {
        let mut requests = lock(&self.requests);
        if requests.len() == KEPT {
            requests.pop_front();
        }
        requests.push_back(request);
    }

    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
    }
}

/// Middleware: notes the request, and its body as it is read.
pub(crate) async fn record(
    State(recorder): State<Arc<Recorder>>,
    request: axum::extract::Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter();
    let noted = Arc::new(Mutex::new(Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: decode_query(parts.uri.query()),
        headers: headers
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                (name.to_string(), value)
            })
            .collect(),
        body: Vec::new(),
        body_length: 0,
    }));
    recorder.keep(Arc::clone(&noted));

    let limit = recorder.body_limit;
    let body = body
        .into_data_stream()
        .inspect_ok(move |chunk| lock(&noted).read(chunk, limit));
    let request = axum::extract::Request::from_parts(parts, Body::from_stream(body));
    next.run(request).await
}

/// The pairs of a query, decoded as Go does it: `+` is a blank.
pub(crate) fn decode_query(query: Option<&str>) -> Vec<(String, String)> {
    form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .into_owned()
        .collect()
}
