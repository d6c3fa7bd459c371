//! The long ring: many thousands of seeds, crashes at every poll, and every mutant counted. It writes down what
//! it has done, so that it goes on where it was stopped, and ends with tables for docs/reliability.md.
//!
//! `SIM_SEEDS`, `SIM_BASES`, `SIM_ZOMBIES` and `SIM_MUTANT_SEEDS` set how many trials there are; `SIM_WORLD` names the
//! one world that is wanted.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "all of it is a test: what panics is a verdict"
)]

mod class;
mod drive;
mod engine;
mod mutants;
mod profile;
mod ring;
mod round_trip;
mod services;
mod stage;
mod store;
mod trial;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use mutants::Mutant;
use profile::{EVERYDAY, Profile, RESTORES};
use ring::{Tally, figure};
use std::{
    collections::{BTreeMap, VecDeque},
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::Mutex,
};
use trial::{Scene, Trial};

/// Trials that are done together: what is lost when the ring is stopped.
const CHUNK: u64 = 100;

/// A part of the work.
struct Part {
    /// What its results are counted under: `seeds keys`.
    name: String,
    /// Where it begins: a seed.
    from: u64,
    trials: Box<dyn Fn() -> Vec<Trial> + Send>,
    sign: &'static str,
}

fn main() {
    let commit = commit();
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/simulation").join(format!("{commit}.tsv"));
    let done = read(&file);
    let parts: VecDeque<Part> =
        parts().into_iter().filter(|part| !done.contains_key(&(part.name.clone(), part.from))).collect();
    println!("{} parts are done, {} are left; progress in {}", done.len(), parts.len(), file.display());
    let (queue, out) = (Mutex::new(parts), Mutex::new(OpenOptions::new().append(true).open(&file).unwrap()));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| work(&queue, &out, &file));
        }
    });
    let seeds = figure("SIM_SEEDS", 10_000);
    ring::previews(&[Scene::Keys, Scene::Upserts, Scene::Rows, Scene::Markers], seeds / 4);
    ring::previews(&[Scene::ShopToBooks, Scene::BooksToShop, Scene::ShopToWarehouse], seeds / 10);
    round_trip::books(seeds.div_ceil(100));
    round_trip::tables(seeds.div_ceil(100));
    print(&read(&file), &commit);
}

fn work(queue: &Mutex<VecDeque<Part>>, out: &Mutex<File>, file: &Path) {
    loop {
        let Some(part) = queue.lock().unwrap().pop_front() else { return };
        let mut tally = Tally::default();
        for (index, trial) in (part.trials)().iter().enumerate() {
            let failing = tally.failing;
            let verdict = tally.add(trial, part.sign);
            if index == 0 && drive::run(trial).trace != verdict.trace {
                tally.failing += 1;
                println!("{trial}: it does not go the same way twice");
            }
            if tally.failing > failing && trial.mutant.is_none() {
                tell(trial, file);
            }
        }
        let first = tally.first.unwrap_or_default().replace(['\t', '\n'], " ");
        let line = format!("{}\t{}\t{}\t{}\t{first}\n", part.name, part.from, tally.trials, tally.failing);
        out.lock().unwrap().write_all(line.as_bytes()).unwrap();
    }
}

/// Writes the story of a failing trial beside the progress.
fn tell(trial: &Trial, file: &Path) {
    let verdict = drive::told(trial, true);
    println!("{}", ring::replay(&format!("{trial}: {}", verdict.wrong)));
    let story = file.with_file_name(format!("{}.txt", trial.to_string().replace(' ', "_")));
    std::fs::write(&story, format!("{trial}: {}\n{}", verdict.wrong, verdict.story)).unwrap();
}

/// All of the work: the regressions, the mutants, then the promise.
fn parts() -> Vec<Part> {
    let mut parts =
        vec![Part { name: "regressions".to_owned(), from: 0, trials: Box::new(ring::regressions), sign: "" }];
    for mutant in &mutants::ALL {
        for (scene, profile) in mutant.scenes.iter().filter(|(scene, _)| is_wanted(*scene)) {
            let name = format!("mutant {} {}", mutant.name, scene.name());
            let seeds = figure("SIM_MUTANT_SEEDS", 500);
            chunks(&mut parts, &name, seeds, mutant.sign, |seed| mutant.trial(*scene, profile, seed));
        }
    }
    for scene in Scene::ALL.into_iter().filter(|scene| is_wanted(*scene)) {
        let of = |what: &str| format!("{what} {}", scene.name());
        let everyday: &'static Profile = &EVERYDAY;
        let seeded = move |seed| Trial::seeded(scene, everyday, seed);
        chunks(&mut parts, &of("seeds"), figure("SIM_SEEDS", 10_000), "", seeded);
        let restored = move |seed| Trial::seeded(scene, &RESTORES, seed);
        if scene != Scene::BothWays {
            chunks(&mut parts, &of("restores"), figure("SIM_SEEDS", 10_000) / 4, "", restored);
        }
        let zombie = move |seed| Trial::zombie(scene, everyday, seed);
        chunks(&mut parts, &of("zombies"), figure("SIM_ZOMBIES", 10_000), "", zombie);
        for seed in 0..figure("SIM_BASES", 100) {
            let base = Trial::quiet(scene, everyday, seed);
            let trials = Box::new(move || ring::every_poll(&base).collect());
            parts.push(Part { name: of("polls"), from: seed, trials, sign: "" });
        }
    }
    parts
}

/// Whether a world is run: all are, or the one that is named.
fn is_wanted(scene: Scene) -> bool {
    std::env::vars().find(|(name, _)| name == "SIM_WORLD").is_none_or(|(_, world)| world == scene.name())
}

fn chunks(
    parts: &mut Vec<Part>,
    name: &str,
    seeds: u64,
    sign: &'static str,
    trial: impl Fn(u64) -> Trial + Copy + Send + 'static,
) {
    for from in (0..seeds).step_by(usize::try_from(CHUNK).unwrap()) {
        let until = seeds.min(from + CHUNK);
        let trials = Box::new(move || (from..until).map(trial).collect());
        parts.push(Part { name: name.to_owned(), from, trials, sign });
    }
}

/// The results of parts: trials and failing ones.
type Done = BTreeMap<(String, u64), (u64, u64)>;

/// What was done before. A last line that was cut off is done again.
fn read(file: &Path) -> Done {
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let mut text = String::new();
    let mut opened = OpenOptions::new().read(true).append(true).create(true).open(file).unwrap();
    opened.read_to_string(&mut text).unwrap();
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    opened.set_len(whole as u64).unwrap();
    let entry = |line: &str| {
        let mut columns = line.split('\t');
        let name = columns.next()?.to_owned();
        let mut number = || columns.next()?.parse().ok();
        Some(((name, number()?), (number()?, number()?)))
    };
    text.split_at(whole).0.lines().filter_map(entry).collect()
}

/// Sums of all parts of a name.
fn sum(done: &Done, name: &str) -> (u64, u64) {
    let of_name = done.iter().filter(|((known, _), _)| known == name).map(|(_, counts)| counts);
    of_name.fold((0, 0), |sum, counts| (sum.0 + counts.0, sum.1 + counts.1))
}

fn print(done: &Done, commit: &str) {
    println!(
        "\n| world | class | seeds | failing | crash points | failing | zombies | failing | restores | failing | commit |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    for scene in Scene::ALL {
        let of = |what| sum(done, &format!("{what} {}", scene.name()));
        let counts = ["seeds", "polls", "zombies", "restores"].map(of);
        let cells = counts.map(|(trials, failing)| format!("{trials} | {failing}")).join(" | ");
        println!("| {} | {:?} | {cells} | `{commit}` |", scene.name(), scene.class());
    }
    println!("\n| mechanism removed | {} |", Scene::ALL.map(Scene::name).join(" | "));
    println!("|---|{}", "---|".repeat(Scene::ALL.len()));
    for mutant in &mutants::ALL {
        let cells = Scene::ALL.map(|scene| cell(done, mutant, scene));
        println!("| {} | {} |", mutant.name, cells.join(" | "));
    }
}

/// How many trials notice a mutant, in percent, and in which weather.
fn cell(done: &Done, mutant: &Mutant, scene: Scene) -> String {
    let Some((_, profile)) = mutant.scenes.iter().find(|(known, _)| *known == scene) else {
        return "-".to_owned();
    };
    let (trials, failing) = sum(done, &format!("mutant {} {}", mutant.name, scene.name()));
    let tenths = failing * 1000 / trials.max(1);
    format!("{}.{} % ({})", tenths / 10, tenths % 10, profile.name)
}

/// The commit that is built, with a mark when something is not committed.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
        let output = Command::new("git").args(arguments).current_dir(root).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let mark =
        if git(&["status", "--porcelain", "--untracked-files=no"]).is_empty() { "" } else { "-changed" };
    format!("{}{mark}", git(&["rev-parse", "--short=12", "HEAD"]))
}
