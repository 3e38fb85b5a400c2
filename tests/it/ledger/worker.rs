//! A process that appends: this very test program, started again and told by a variable what to do.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use gonogo::ledger::{Draft, LedgerError};

use super::{now, open, remark};

/// The variable; its lines are the worker's name, its file, how many entries it is to add, what must be there before it
/// stops, and the ledger's place.
const ORDER: &str = "GONOGO_TEST_APPEND";

/// One of the processes. Its file has a line for each entry that was reported done; it goes on where the one before it
/// was killed.
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) file: PathBuf,
    pub(super) count: usize,
    /// A file or folder until which it goes on beyond its count.
    pub(super) until: PathBuf,
    pub(super) place: String,
}

impl Worker {
    pub(super) fn start(&self) -> Child {
        self.start_through(&[])
    }

    /// The same, started by another program.
    pub(super) fn start_through(&self, launcher: &[&str]) -> Child {
        let program = std::env::current_exe().expect("this program");
        let program = program.to_str().expect("a plain path");
        let order = format!("{}\n{}\n{}\n{}\n{}", self.name, self.file.display(), self.count, self.until.display(), self.place);
        let test = ["--exact", "ledger::worker::appends_as_told", "--test-threads=1"];
        let all: Vec<&str> = launcher.iter().copied().chain([program]).chain(test).collect();
        Command::new(all[0])
            .args(&all[1..])
            .env(ORDER, order)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("a process")
    }

    /// The statements that were reported done.
    pub(super) fn done(&self) -> Vec<Draft> {
        (0..lines(&self.file).iter().filter(|line| *line == "done").count()).map(|i| self.draft(i)).collect()
    }

    /// What was said of those that were not.
    pub(super) fn failures(&self) -> Vec<String> {
        lines(&self.file).into_iter().filter(|line| line != "done").collect()
    }

    fn draft(&self, i: usize) -> Draft {
        remark(&format!("{} {i}", self.name))
    }
}

/// Complete lines; a kill may leave a piece of one.
fn lines(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n')).map(str::to_owned).collect()
}

/// Does nothing unless it is told to.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn appends_as_told() {
    #[expect(clippy::disallowed_methods, reason = "what tells this process from a test")]
    let Ok(order) = std::env::var(ORDER) else { return };
    let order: Vec<&str> = order.split('\n').collect();
    let worker = Worker {
        name: order[0].into(),
        file: order[1].into(),
        count: order[2].parse().expect("a number"),
        until: order[3].into(),
        place: order[4].into(),
    };
    let mut report = File::options().create(true).append(true).open(&worker.file).expect("its file");
    if fs::read(&worker.file).is_ok_and(|text| text.last().is_some_and(|last| *last != b'\n')) {
        report.write_all(b" (killed)\n").expect("written");
    }
    loop {
        // First what a killed one may have added without a report: that is no second entry.
        let i = worker.done().len();
        let line = match append(&worker, i).await {
            Ok(()) => "done\n".to_owned(),
            Err(error) => {
                sleep(Duration::from_millis(50));
                format!("{}\n", error.to_string().replace('\n', " "))
            }
        };
        report.write_all(line.as_bytes()).expect("written");
        report.sync_all().expect("on disk");
        if (i + 1 >= worker.count && worker.until.exists()) || worker.failures().len() > 200 {
            return;
        }
    }
}

async fn append(worker: &Worker, i: usize) -> Result<(), LedgerError> {
    open(&worker.place)?.append(worker.draft(i), Vec::new(), now(), None).await.map(|_| ())
}
