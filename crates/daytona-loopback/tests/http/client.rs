//! What the tests share: a server with one sandbox, and short names for requests.

use std::path::PathBuf;

use daytona_loopback::{Builder, Server};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// A client of plain HTTP. In one build with `daytona-sdk` reqwest has TLS, too, and wants to know
/// whose before it makes any client.
pub(crate) fn http() -> Client {
    // It is the same one where another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

pub(crate) struct Fixture {
    pub(crate) server: Server,
    /// The id of the one sandbox.
    pub(crate) id: String,
    pub(crate) http: Client,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::of(Server::builder())
    }

    pub(crate) fn of(builder: Builder) -> Self {
        let server = builder.start_blocking();
        let id = server.create_sandbox();
        Self {
            server,
            id,
            http: http(),
        }
    }

    pub(crate) fn work_dir(&self) -> PathBuf {
        self.server.work_dir(&self.id)
    }

    /// A request to the API, such as `/sandbox`.
    pub(crate) fn api(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.server.api_url());
        self.http
            .request(method, url)
            .bearer_auth(self.server.api_key())
    }

    /// A request to the sandbox's daemon through the proxy.
    pub(crate) fn proxy(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/{}{path}", self.server.toolbox_url(), self.id);
        self.http
            .request(method, url)
            .bearer_auth(self.server.api_key())
    }

    /// The same through the API.
    pub(crate) fn routed(&self, method: Method, path: &str) -> RequestBuilder {
        self.api(method, &format!("/toolbox/{}/toolbox{path}", self.id))
    }

    pub(crate) fn get(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.proxy(Method::GET, path).query(query)
    }

    pub(crate) fn post(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.proxy(Method::POST, path).query(query)
    }

    pub(crate) fn delete(&self, path: &str, query: &[(&str, &str)]) -> RequestBuilder {
        self.proxy(Method::DELETE, path).query(query)
    }

    pub(crate) fn execute(&self, request: &Value) -> RequestBuilder {
        self.post("/process/execute", &[]).json(request)
    }

    /// Runs a command and returns its exit code and output.
    pub(crate) async fn run(&self, command: &str) -> (i64, String) {
        let body = json(self.execute(&json!({ "command": command }))).await;
        let output = body["result"].as_str().unwrap().to_owned();
        (body["exitCode"].as_i64().unwrap(), output)
    }

    pub(crate) fn upload(&self, files: &[(&str, &[u8])]) -> RequestBuilder {
        let mut form = Form::new();
        for (index, (path, content)) in files.iter().enumerate() {
            let part = Part::bytes(content.to_vec()).file_name("ignored");
            form = form
                .text(format!("files[{index}].path"), (*path).to_owned())
                .part(format!("files[{index}].file"), part);
        }
        self.post("/files/bulk-upload", &[]).multipart(form)
    }
}

/// Sends a request that must succeed with 200, and reads its JSON.
pub(crate) async fn json(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "application/json; charset=utf-8"
    );
    response.json().await.unwrap()
}

/// Sends a request and returns the status and the whole body.
pub(crate) async fn outcome(request: RequestBuilder) -> (u16, Vec<u8>) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.bytes().await.unwrap().to_vec())
}

/// Sends a request and returns the status and the JSON of an error.
pub(crate) async fn refusal(request: RequestBuilder) -> (u16, Value) {
    let (status, body) = outcome(request).await;
    (status, serde_json::from_slice(&body).unwrap())
}

pub(crate) async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}
