//! Checks made from the files of other tools: `gonogo import`.
//!
//! What an entry demands is said by the kinds there are; what they cannot say stands as a comment with the reason. An entry
//! counts as said only if all of it is. What a file says is not trusted: it is read with limits, and quoted.

mod blackbox;
mod checklist;
mod entry;
mod gatus;
mod goss;
mod hide;
mod sheet;
mod source;
mod troubleshoot;
mod web;
mod words;
mod yaml;

use serde_json::Value;

use self::{entry::Entry, hide::Hidden};
use crate::plan::{GOSS, Tool};

pub use checklist::{Boxes, Ticked, tick};

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Say by commands what only these can say.
    pub commands: bool,
    /// What the modules of a blackbox exporter are asked about.
    pub target: Option<String>,
}

/// What came of it.
pub struct Imported {
    /// The check file.
    pub text: String,
    /// All entries that demand something.
    pub entries: usize,
    /// Those that are said, by commands too where that was wished.
    pub said: usize,
    /// Those that a command says, or would.
    pub by_command: usize,
    /// The others of which a part is said.
    pub in_part: usize,
    /// Of a checklist, which becomes a whole plan: what came of its boxes.
    pub boxes: Option<Boxes>,
}

impl Imported {
    /// Made from files, each with its name.
    ///
    /// # Errors
    /// Why a file cannot be read, or what it is instead: a sentence.
    pub fn of(files: &[(String, Vec<u8>)], wish: &Wish) -> Result<Self, String> {
        if let Some((name, bytes)) = files.iter().find(|(name, bytes)| checklist::is_checklist(name, bytes)) {
            if files.len() > 1 {
                return Err(format!("`{name}` is a checklist and becomes a plan of its own: import it alone"));
            }
            let (text, boxes) = checklist::plan(name, bytes, wish.commands)?;
            return Ok(Self { text, boxes: Some(boxes), entries: 0, said: 0, by_command: 0, in_part: 0 });
        }
        let (mut entries, mut tools) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            let documents = source::read(bytes).map_err(|why| format!("`{name}` {why}"))?;
            let mut known = false;
            for document in &documents {
                let Some(tool) = tool(document) else { continue };
                known = true;
                tools.push((tool.named(), name.as_str()));
                entries.extend(match tool {
                    Tool::Goss => goss::entries(document),
                    Tool::Troubleshoot => troubleshoot::entries(document),
                    Tool::Gatus => gatus::entries(document),
                    Tool::Blackbox => blackbox::entries(document, wish.target.as_deref()),
                });
            }
            if !known {
                return Err(format!(
                    "`{name}` is no file of goss, Troubleshoot, Gatus or the blackbox exporter, and no checklist in Markdown"
                ));
            }
        }
        tools.dedup();
        Ok(Self::written(entries, &tools, wish))
    }

    fn written(entries: Vec<Entry>, tools: &[(&str, &str)], wish: &Wish) -> Self {
        let count = |wanted: &dyn Fn(&Entry) -> bool| entries.iter().filter(|entry| entry.off.is_none() && wanted(entry)).count();
        let by_command = count(&|entry| entry.lacking.is_empty() && !entry.commands.is_empty());
        let plainly = count(&|entry| entry.lacking.is_empty() && entry.commands.is_empty());
        Self {
            entries: count(&|_| true),
            said: plainly + if wish.commands { by_command } else { 0 },
            by_command,
            in_part: count(&|entry| !entry.lacking.is_empty() && !entry.checks.is_empty()),
            boxes: None,
            text: sheet::sheet(entries, tools, wish.commands, &mut Hidden::default()),
        }
    }
}

fn tool(document: &Value) -> Option<Tool> {
    let fields = document.as_object()?;
    let tool = Tool::of(fields.keys().map(String::as_str), document["apiVersion"].as_str());
    // One word like `file` is a key of much; what goss has there is a map of things by name.
    tool.filter(|tool| *tool != Tool::Goss || GOSS.iter().any(|key| document[*key].is_object()))
}
