//! `read`: lines of a text file, or an image.

use std::num::NonZeroUsize;

use flue_runtime::{Operation, SandboxError};
use rmcp::model::{CallToolResult, ContentBlock, ToolAnnotations};
use rmcp::schemars::{self, JsonSchema};
use serde::Deserialize;

use super::{Answer, Bench, SandboxTool, file_at, looks};
use crate::failure::Failure;
use crate::limits::Limits;
use crate::{images, shown};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(crate = "schemars")]
pub(super) struct Read {
    /// The file, absolute or seen from the working directory.
    path: String,
    /// The line to begin with; the first is 1.
    offset: Option<NonZeroUsize>,
    /// How many lines.
    limit: Option<NonZeroUsize>,
}

impl SandboxTool for Read {
    const NAME: &'static str = "read";
    const TITLE: &'static str = "Read a file";
    const DESCRIPTION: &'static str = "Returns a text file as it is, or the lines that are asked for; a long one is cut, and how to \
        go on is told after it. An image (PNG, JPEG, GIF, WebP) is returned to be looked at.";

    fn annotations() -> ToolAnnotations {
        looks()
    }

    async fn call(self, bench: Bench<'_>) -> Answer {
        file_at(bench, &self.path).await?;
        let bytes = bench.env.read_file_buffer(&self.path).await?;
        if let Some(mime_type) = images::mime_type(&bytes) {
            return image(&bytes, mime_type, bench.limits);
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let path = bench.env.resolve_path(&self.path);
            SandboxError::file(Operation::ReadFile, path, std::io::ErrorKind::InvalidData)
                .with_source(error)
        })?;
        let offset = self.offset.map_or(1, NonZeroUsize::get);
        let limit = self.limit.map_or(bench.limits.lines, NonZeroUsize::get);
        let (text, note) = lines(
            &text,
            offset,
            limit.min(bench.limits.lines),
            bench.limits.answer_bytes,
        )?;
        let mut content = vec![ContentBlock::text(text)];
        content.extend(note.map(ContentBlock::text));
        Ok(CallToolResult::success(content))
    }
}

fn image(bytes: &[u8], mime_type: &str, limits: &Limits) -> Answer {
    if bytes.len() > limits.image_bytes {
        return Err(Failure::new(
            "too-large",
            format!(
                "The image has {} bytes, and up to {} can be looked at: make it smaller first.",
                bytes.len(),
                limits.image_bytes
            ),
        ));
    }
    let image = ContentBlock::image(images::base64(bytes), mime_type);
    Ok(CallToolResult::success(vec![image]))
}

/// The lines from `offset`, as they are, and what there is to say about the rest.
fn lines(
    text: &str,
    offset: usize,
    limit: usize,
    most: usize,
) -> Result<(&str, Option<String>), Failure> {
    if text.is_empty() {
        return Ok((text, Some("The file is empty.".to_owned())));
    }
    let count = text.split_inclusive('\n').count();
    if offset > count {
        return Err(Failure::invalid_argument(format!(
            "`offset` is {offset}, and the file has {count} lines."
        )));
    }
    let bytes = |lines: usize| {
        text.split_inclusive('\n')
            .take(lines)
            .map(str::len)
            .sum::<usize>()
    };
    let asked = &text[bytes(offset - 1)..bytes((offset - 1).saturating_add(limit))];
    let shown = shown::beginning(asked, most);
    let last = offset - 1 + shown.split_inclusive('\n').count();
    let note = if shown.len() < asked.len() && !shown.ends_with('\n') {
        Some(format!(
            "[line {offset} of {count} is longer than this: `run` shows a part of it, as `cut -c` does]"
        ))
    } else if last < count {
        Some(format!(
            "[lines {offset} to {last} of {count}; go on with `offset` {}]",
            last + 1
        ))
    } else {
        None
    };
    Ok((shown, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        text: &str,
        offset: usize,
        limit: usize,
        most: usize,
        shown: &str,
        note: Option<&str>,
    ) {
        let (text, told) = lines(text, offset, limit, most).unwrap();
        assert_eq!((text, told.as_deref()), (shown, note));
    }

    #[test]
    fn a_text_within_the_limits_is_whole() {
        check("a\nb\n", 1, 2, 4, "a\nb\n", None);
        check("a\r\nb", 1, 9, 99, "a\r\nb", None);
        check("a\nb\nc\n", 3, 9, 99, "c\n", None);
    }

    #[test]
    fn the_rest_can_be_asked_for() {
        check(
            "a\nb\nc\n",
            1,
            1,
            99,
            "a\n",
            Some("[lines 1 to 1 of 3; go on with `offset` 2]"),
        );
        check(
            "a\nb\nc\n",
            2,
            1,
            99,
            "b\n",
            Some("[lines 2 to 2 of 3; go on with `offset` 3]"),
        );
        check(
            "a\nbb\nc",
            1,
            9,
            5,
            "a\nbb\n",
            Some("[lines 1 to 2 of 3; go on with `offset` 3]"),
        );
    }

    #[test]
    fn a_line_that_is_too_long_is_cut() {
        let note = "[line 2 of 3 is longer than this: `run` shows a part of it, as `cut -c` does]";
        check("a\nbcd\ne\n", 2, 9, 2, "bc", Some(note));
    }

    #[test]
    fn what_is_not_there_is_told() {
        check("", 1, 9, 9, "", Some("The file is empty."));
        assert!(lines("a\n", 2, 1, 9).is_err());
    }
}
