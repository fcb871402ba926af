//! Files in a sandbox.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures_util::stream::{Stream, TryStream, TryStreamExt as _};
use reqwest::Method;
use serde::{Deserialize, Serialize};

use crate::download::{self, FileDownload};
use crate::error::{BoxError, Error, ErrorKind, Result};
use crate::file_info::{FileInfo, FileInfoJson};
use crate::multipart::{Form, Progress};
use crate::toolbox::Toolbox;
use crate::transport::{Call, Transport};

/// Reads and writes the files of one sandbox. Made by [`Sandbox::fs`](crate::Sandbox::fs); cheap to make and to clone.
///
/// Paths are absolute or start at the sandbox's work dir. `~` means nothing special. Symbolic links
/// are followed.
///
/// A path that is not there is [`ErrorKind::NotFound`]; one that leads *through* a file, or is of
/// the wrong kind, is [`ErrorKind::Validation`]; one that the sandbox's user may not touch is
/// [`ErrorKind::Authorization`].
#[derive(Clone, Debug)]
pub struct FileSystem {
    toolbox: Arc<Toolbox>,
}

/// How [`FileSystem::delete_file`] deletes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct DeleteFileOptions {
    recursive: bool,
}

impl DeleteFileOptions {
    /// A file goes, a folder is refused.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a folder goes, too, with everything in it.
    pub fn recursive(mut self, recursive: bool) -> Self {
        self.recursive = recursive;
        self
    }
}

/// What [`FileSystem::set_file_permissions`] changes.
///
/// ```
/// let permissions = daytona_sdk::FilePermissions::new().mode(0o640).group("www-data");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct FilePermissions {
    mode: Option<u32>,
    owner: Option<String>,
    group: Option<String>,
}

impl FilePermissions {
    /// Everything stays.
    pub fn new() -> Self {
        Self::default()
    }

    /// The permissions, such as `0o644`.
    pub fn mode(mut self, mode: u32) -> Self {
        self.mode = Some(mode);
        self
    }

    /// The owner, by name or numeric id.
    pub fn owner(mut self, owner: impl Into<String>) -> Self {
        self.owner = Some(owner.into());
        self
    }

    /// The group, by name or numeric id.
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }
}

/// A line that [`FileSystem::find_files`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match {
    /// The path of the file.
    pub file: String,
    /// The number of the line; the first is 1.
    pub line: u64,
    /// The line.
    pub content: String,
}

#[derive(Deserialize)]
struct MatchJson {
    file: String,
    line: u64,
    content: String,
}

impl From<MatchJson> for Match {
    fn from(json: MatchJson) -> Self {
        let MatchJson {
            file,
            line,
            content,
        } = json;
        Self {
            file,
            line,
            content,
        }
    }
}

#[derive(Serialize)]
struct BulkDownloadRequest<'a> {
    paths: [&'a str; 1],
}

#[derive(Deserialize)]
struct SearchFilesResponse {
    files: Option<Vec<String>>,
}

impl FileSystem {
    pub(crate) fn new(toolbox: Arc<Toolbox>) -> Self {
        Self { toolbox }
    }

    /// The whole content of a file. For files that do not fit into memory there is
    /// [`download_file_stream`](Self::download_file_stream).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Validation`] for a folder.
    pub async fn download_file(&self, path: &str) -> Result<Vec<u8>> {
        const OPERATION: &str = "download_file";
        let call = self.download_call(OPERATION, path).await?;
        let transport = self.transport();
        let answer = transport.send(call.deadline(transport.patient())).await?;
        download::content(OPERATION, answer, transport.config())
            .map_err(|error| error.with_subject(path))
    }

    /// The content of a file, piece by piece as it arrives.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// # let sandbox = daytona.create(daytona_sdk::CreateSandboxParams::new()).await?;
    /// # let folder = std::env::temp_dir().join(sandbox.id());
    /// # std::fs::create_dir(&folder)?;
    /// # let path = folder.join("report.pdf");
    /// # sandbox.fs().upload_file("%PDF", "report.pdf").await?;
    /// use futures_util::TryStreamExt as _;
    /// use tokio::io::AsyncWriteExt as _;
    ///
    /// let mut download = sandbox.fs().download_file_stream("report.pdf").await?;
    /// let mut file = tokio::fs::File::create(&path).await?;
    /// while let Some(piece) = download.try_next().await? {
    ///     file.write_all(&piece).await?;
    /// }
    /// file.flush().await?;
    /// # assert_eq!(std::fs::read(&path)?, b"%PDF");
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`download_file`](Self::download_file), either at once or from the stream. A
    /// connection that breaks in the middle is an error of the stream, and not repeated.
    pub async fn download_file_stream(&self, path: &str) -> Result<FileDownload> {
        const OPERATION: &str = "download_file_stream";
        let call = self.download_call(OPERATION, path).await?;
        let transport = self.transport();
        let response = transport.open(call).await?;
        FileDownload::begin(OPERATION, path, response, transport.config()).await
    }

    /// Writes a file, over whatever file is there, and makes its parents where they are missing.
    ///
    /// Not atomic: a call that fails or is dropped may leave a part of the file. A file that exists
    /// keeps its mode.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the path is a folder. Also, before anything is sent, if the
    /// path is empty, or begins or ends with a blank: the daemon trims it, so that another file
    /// would be written.
    pub async fn upload_file(&self, content: impl Into<Bytes> + Send, path: &str) -> Result<()> {
        const OPERATION: &str = "upload_file";
        let content = content.into();
        check_upload_path(OPERATION, path)?;
        let call = self
            .call(OPERATION, path, Method::POST, &["bulk-upload"])
            .await?;
        let call = call
            .file(Form::for_file(path), content)
            .deadline(self.transport().patient());
        self.transport().send(call).await?;
        Ok(())
    }

    /// Writes a file with content that comes piece by piece, such as a [`FileDownload`] or, with
    /// `tokio_util`, a `ReaderStream` over a file. No more than a few pieces are in memory.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let server = daytona_loopback::Server::start().await;
    /// # let config = daytona_sdk::DaytonaConfig::new(server.api_key()).api_url(server.api_url());
    /// # let daytona = daytona_sdk::Daytona::new(config)?;
    /// # let sandbox = daytona.create(daytona_sdk::CreateSandboxParams::new()).await?;
    /// use tokio_util::io::ReaderStream;
    ///
    /// let file = tokio::fs::File::open("Cargo.toml").await?;
    /// sandbox.fs().upload_file_stream(ReaderStream::new(file), "Cargo.toml").await?;
    /// # assert_eq!(sandbox.fs().download_file("Cargo.toml").await?, std::fs::read("Cargo.toml")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`upload_file`](Self::upload_file), and [`ErrorKind::Source`] if `content` fails.
    /// The request is sent once, since `content` can be read only once.
    pub async fn upload_file_stream<S>(&self, content: S, path: &str) -> Result<()>
    where
        S: TryStream<Ok: Into<Bytes>, Error: Into<BoxError>> + Send + 'static,
    {
        const OPERATION: &str = "upload_file_stream";
        check_upload_path(OPERATION, path)?;

        let form = Form::for_file(path);
        let content_type = form.content_type();
        let progress = Progress::default();
        let failure = SourceFailure::default();
        let body = form.streamed(failure.watch(content), progress.clone());

        let call = self
            .call(OPERATION, path, Method::POST, &["bulk-upload"])
            .await?;
        let call = call
            .stream(content_type, body, progress)
            .deadline(self.transport().patient());
        match self.transport().send(call).await {
            Ok(_) => Ok(()),
            Err(error) => Err(failure
                .into_error(OPERATION)
                .map_or(error, |error| error.with_subject(path))),
        }
    }

    /// What is known about a file or folder.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], also for a symbolic link that leads nowhere.
    pub async fn get_file_details(&self, path: &str) -> Result<FileInfo> {
        let call = self
            .call("get_file_details", path, Method::GET, &["info"])
            .await?
            .query("path", path);
        let json: FileInfoJson = self.transport().send_for(call).await?;
        Ok(json.into())
    }

    /// The entries of a folder, sorted by the bytes of their names. Symbolic links that lead
    /// nowhere are left out.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Validation`] for a file.
    pub async fn list_files(&self, path: &str) -> Result<Vec<FileInfo>> {
        let call = self
            .call("list_files", path, Method::GET, &[])
            .await?
            .query("path", path);
        let entries: Option<Vec<FileInfoJson>> = self.transport().send_for(call).await?;
        Ok(entries.into_iter().flatten().map(FileInfo::from).collect())
    }

    /// Makes a folder and its parents, with permissions such as `0o755` less the sandbox's umask. A
    /// folder that exists stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if a file is in the way or, before anything is sent, if `mode` is
    /// above `0o7777`.
    pub async fn create_folder(&self, path: &str, mode: u32) -> Result<()> {
        const OPERATION: &str = "create_folder";
        let mode = octal(OPERATION, path, mode)?;
        let call = self
            .call(OPERATION, path, Method::POST, &["folder"])
            .await?;
        self.transport()
            .send(call.query("path", path).query("mode", &mode))
            .await?;
        Ok(())
    }

    /// Deletes a file, or with [`recursive`](DeleteFileOptions::recursive) a folder. Of a link to a
    /// folder only the link goes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if nothing is there, with `recursive` too, and for a symbolic link
    /// that leads nowhere; [`ErrorKind::Validation`] for a folder without `recursive`.
    pub async fn delete_file(&self, path: &str, options: DeleteFileOptions) -> Result<()> {
        // With a final slash: daemons before 0.189 redirect from the address without one, to a
        // place that is none behind the proxy.
        let mut call = self
            .call("delete_file", path, Method::DELETE, &[""])
            .await?
            .query("path", path);
        if options.recursive {
            call = call
                .query("recursive", "true")
                .deadline(self.transport().patient());
        }
        self.transport().delete(call, ErrorKind::NotFound).await
    }

    /// Moves or renames a file or folder. The folder that it goes to must exist, and the
    /// destination must not.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if the source or the destination's folder is missing;
    /// [`ErrorKind::Conflict`] if something is at the destination; before anything is sent,
    /// [`ErrorKind::Validation`] if the destination is below the source, as far as the two texts
    /// tell: Daytona would delete the folder and call that a success.
    pub async fn move_files(&self, source: &str, destination: &str) -> Result<()> {
        const OPERATION: &str = "move_files";
        if is_below(destination, source) {
            let message = format!("`{destination}` is below what is to be moved there");
            return Err(Error::validation(OPERATION, message).with_subject(source));
        }
        let call = self
            .call(OPERATION, source, Method::POST, &["move"])
            .await?;
        let call = call
            .query("source", source)
            .query("destination", destination);
        // Between file systems a move is a copy.
        self.transport()
            .send(call.deadline(self.transport().patient()))
            .await?;
        Ok(())
    }

    /// Changes the mode, the owner or the group of a file or folder.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`], and [`ErrorKind::Validation`] if the system of the sandbox refuses
    /// the change or, before anything is sent, if the mode is above `0o7777`.
    pub async fn set_file_permissions(
        &self,
        path: &str,
        permissions: FilePermissions,
    ) -> Result<()> {
        const OPERATION: &str = "set_file_permissions";
        let mode = permissions
            .mode
            .map(|mode| octal(OPERATION, path, mode))
            .transpose()?;
        let call = self
            .call(OPERATION, path, Method::POST, &["permissions"])
            .await?;
        let call = call
            .query("path", path)
            .query_if_set("mode", mode.as_deref())
            .query_if_set("owner", permissions.owner.as_deref())
            .query_if_set("group", permissions.group.as_deref());
        self.transport().send(call).await?;
        Ok(())
    }

    /// The paths below a folder whose *name* matches a shell pattern, such as `*.rs`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the path or the pattern is empty. A folder that is missing has
    /// no matches.
    pub async fn search_files(&self, path: &str, pattern: &str) -> Result<Vec<String>> {
        let call = self
            .call("search_files", path, Method::GET, &["search"])
            .await?;
        let call = call
            .query("path", path)
            .query("pattern", pattern)
            .deadline(self.transport().patient());
        let SearchFilesResponse { files } = self.transport().send_for(call).await?;
        Ok(files.unwrap_or_default())
    }

    /// The lines of text files below a folder, or of one file, that contain a text. Files with a
    /// zero byte at their beginning are passed over.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Validation`] if the path or the text is empty. A folder that is missing has no
    /// matches.
    pub async fn find_files(&self, path: &str, pattern: &str) -> Result<Vec<Match>> {
        let call = self
            .call("find_files", path, Method::GET, &["find"])
            .await?;
        let call = call
            .query("path", path)
            .query("pattern", pattern)
            .deadline(self.transport().patient());
        let matches: Option<Vec<MatchJson>> = self.transport().send_for(call).await?;
        Ok(matches.into_iter().flatten().map(Match::from).collect())
    }

    async fn call<'a>(
        &self,
        operation: &'static str,
        path: &'a str,
        method: Method,
        route: &[&str],
    ) -> Result<Call<'a>> {
        let segments: Vec<&str> = ["files"].iter().chain(route).copied().collect();
        self.toolbox.call(operation, path, method, &segments).await
    }

    async fn download_call<'a>(&self, operation: &'static str, path: &'a str) -> Result<Call<'a>> {
        let request = BulkDownloadRequest { paths: [path] };
        self.call(operation, path, Method::POST, &["bulk-download"])
            .await?
            .changing_nothing()
            .json(&request)
    }

    fn transport(&self) -> &Transport {
        self.toolbox.transport()
    }
}

/// A mode as the daemon reads it.
fn octal(operation: &'static str, path: &str, mode: u32) -> Result<String> {
    if mode > 0o7777 {
        let message = format!("the mode {mode:#o} is above 0o7777");
        return Err(Error::validation(operation, message).with_subject(path));
    }
    Ok(format!("{mode:o}"))
}

/// Whether `path` is below `folder`, links aside.
fn is_below(path: &str, folder: &str) -> bool {
    let (path, folder) = (steps(path), steps(folder));
    path.strip_prefix(&*folder)
        .and_then(<[_]>::first)
        .is_some_and(|next| *next != "..")
}

/// The parts of a path without detours. The first part of an absolute one is empty.
fn steps(path: &str) -> Vec<&str> {
    let mut steps: Vec<&str> = path.starts_with('/').then_some("").into_iter().collect();
    for step in path.split('/') {
        match (step, steps.last()) {
            ("" | ".", _) | ("..", Some(&"")) => {}
            ("..", Some(&last)) if last != ".." => {
                steps.pop();
            }
            _ => steps.push(step),
        }
    }
    steps
}

/// A path that the daemon would change on the way to the file.
fn check_upload_path(operation: &'static str, path: &str) -> Result<()> {
    if path.is_empty() {
        return Err(Error::validation(operation, "the path is empty"));
    }
    // The same characters as Go's `strings.TrimSpace`: Unicode's white space.
    if path.trim() != path {
        let message = "the path begins or ends with a blank, which Daytona's upload cuts off; upload under another name and move the file";
        return Err(Error::validation(operation, message).with_subject(path));
    }
    Ok(())
}

/// Keeps the error of a stream that is uploaded, which the HTTP client would bury in one of its
/// own.
#[derive(Clone, Default)]
struct SourceFailure(Arc<Mutex<Option<BoxError>>>);

impl SourceFailure {
    fn watch<S>(&self, content: S) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static
    where
        S: TryStream<Ok: Into<Bytes>, Error: Into<BoxError>> + Send + 'static,
    {
        let failure = self.clone();
        content.map_ok(Into::into).map_err(move |reason| {
            *failure.lock() = Some(reason.into());
            BoxError::from("the stream that is uploaded failed")
        })
    }

    fn into_error(self, operation: &'static str) -> Option<Error> {
        let reason = self.lock().take()?;
        let message = "the content to upload could not be read";
        Some(Error::new(ErrorKind::Source, operation, message).with_source(reason))
    }

    fn lock(&self) -> MutexGuard<'_, Option<BoxError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
