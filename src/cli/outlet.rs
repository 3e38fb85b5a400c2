//! Where the formats go: files opened before the run, standard output for at most one.

use std::{
    borrow::Cow,
    fs::File,
    io::{Seek as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};

use super::{Failure, arguments::OutputOptions, edge, edge::Edge};
use crate::{
    model::{Exit, Record, Report, ShownVerdict},
    render::{self, FORMATS, Page, terminal},
};

/// GitHub takes a job summary of up to a mebibyte; whole lines below this many characters are enough to read.
const JOB_SUMMARY: usize = 60_000;

/// Every output of one command.
pub(super) struct Outlets {
    files: Vec<(&'static str, PathBuf, File)>,
    stdout: Option<Wanted>,
    summary: Option<PathBuf>,
}

/// One text that a command is to make.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// For people at this terminal.
    Terminal(terminal::Style),
    /// The last of it only.
    Verdict(terminal::Style),
    /// In the format of this name.
    Format(&'static str),
    /// A CI job's summary of at most so many characters.
    Summary(usize),
}

impl Outlets {
    /// Opens what was asked for of a report; the text for the terminal goes to standard output unless another format does.
    pub(super) fn open(edge: &Edge, options: &OutputOptions) -> Result<Self, Failure> {
        let names: Vec<&'static str> = FORMATS.iter().map(|format| format.name).collect();
        let outlets = Self::among(edge, options, &names)?;
        let stdout = outlets.stdout.or_else(|| Some(Wanted::Verdict(style(edge, options))));
        Ok(Self { stdout, ..outlets })
    }

    /// The same for a command that has formats of its own.
    pub(super) fn among(edge: &Edge, options: &OutputOptions, names: &[&'static str]) -> Result<Self, Failure> {
        let style = style(edge, options);
        let mut outlets = Self { files: Vec::new(), stdout: None, summary: None };
        for asked in &options.format {
            let (name, file) = asked.split_once('=').map_or((asked.as_str(), None), |(name, file)| (name, Some(file)));
            let format = *names.iter().find(|known| **known == name).ok_or_else(|| Failure::usage(unknown_format(name, names)))?;
            if format == "github" {
                outlets.summary = edge.env.get("GITHUB_STEP_SUMMARY").map(PathBuf::from);
            }
            match file {
                Some("") => return Err(Failure::usage(anyhow!("`--format {asked}` names no file: write `--format {name}=FILE`"))),
                Some("-") | None if outlets.stdout.is_some() => {
                    return Err(Failure::usage(anyhow!("two formats for standard output: give `{name}` a file, `--format {name}=FILE`")));
                }
                Some("-") | None if name == "terminal" => outlets.stdout = Some(Wanted::Terminal(style)),
                Some("-") | None => outlets.stdout = Some(Wanted::Format(format)),
                Some(file) => outlets.files.push((format, file.into(), create(Path::new(file)).map_err(Failure::output)?)),
            }
        }
        if outlets.stdout.is_none() && !options.quiet {
            outlets.stdout = Some(Wanted::Terminal(style));
        }
        Ok(outlets)
    }

    /// Writes a report that was just made and says what to exit with, its headline on standard error where nobody
    /// reads the report on standard output.
    pub(super) fn deliver(self, report: &Report, json: &[u8], beside: Option<&Record>, quiet: bool) -> Result<Exit, Failure> {
        if !quiet && matches!(self.stdout, Some(Wanted::Format(_))) {
            edge::say(&ShownVerdict::of(report, beside).headline);
        }
        let exit = Exit::of_code(report.exit).unwrap_or(Exit::Unchecked);
        let page = Page::stored(report, json);
        let page = beside.map_or(page, |beside| page.with_record(beside));
        Ok(match self.write(&page) {
            Ok(()) => exit,
            Err(failure) => exit.and(failure.told()),
        })
    }

    /// Writes a report everywhere; a failure of one does not keep the others from being written.
    pub(super) fn write(self, page: &Page<'_>) -> Result<(), Failure> {
        self.write_texts(|wanted| match wanted {
            Wanted::Terminal(style) => terminal::render(page, style).into(),
            Wanted::Verdict(style) => terminal::verdict(page, style).into(),
            Wanted::Format(name) => FORMATS.iter().find(|format| format.name == name).map_or_else(Cow::default, |f| (f.render)(page)),
            Wanted::Summary(limit) => render::summary(page, limit).into(),
        })
    }

    /// The same for any text.
    pub(super) fn write_texts<'t>(self, text: impl Fn(Wanted) -> Cow<'t, str>) -> Result<(), Failure> {
        let mut failed = None;
        for (format, path, mut file) in self.files {
            let written = overwrite(&mut file, text(Wanted::Format(format)).as_bytes());
            failed = written.with_context(|| format!("`{}` could not be written", path.display())).err().or(failed);
        }
        if let Some(path) = self.summary {
            failed = append(&path, &text(Wanted::Summary(JOB_SUMMARY)))
                .with_context(|| format!("the job summary `{}` could not be written", path.display()))
                .err()
                .or(failed);
        }
        let printed = match self.stdout {
            Some(wanted @ (Wanted::Terminal(_) | Wanted::Verdict(_))) => edge::print(&text(wanted)),
            Some(wanted) => edge::print_raw(text(wanted).as_bytes()),
            None => Ok(()),
        };
        failed = printed.context("standard output could not be written").err().or(failed);
        failed.map_or(Ok(()), |cause| Err(Failure::output(cause)))
    }
}

fn style(edge: &Edge, options: &OutputOptions) -> terminal::Style {
    terminal::Style { colour: edge.coloured(), width: edge.width, verbose: options.verbose }
}

/// Opened empty: what an earlier run left must not be taken for this one's.
fn create(path: &Path) -> anyhow::Result<File> {
    File::create(path).with_context(|| format!("`{}` cannot be written", path.display()))
}

fn overwrite(file: &mut File, bytes: &[u8]) -> std::io::Result<()> {
    // A pipe or device cannot be rewound and need not be.
    let _ = file.rewind();
    file.write_all(bytes)?;
    file.flush()
}

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    File::options().create(true).append(true).open(path)?.write_all(text.as_bytes())
}

fn unknown_format(name: &str, names: &[&'static str]) -> anyhow::Error {
    match names.iter().find(|known| strsim::jaro_winkler(name, known) > 0.8) {
        Some(near) => anyhow!("there is no format `{name}`: did you mean `{near}`?"),
        None => anyhow!("there is no format `{name}`: there are {}", names.join(", ")),
    }
}
