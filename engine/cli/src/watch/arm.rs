//! Which folders the system is asked to report on.
//!
//! Only folders are watched, never files: a file that is replaced takes its watch along. A link is watched
//! through the folder that it stands in, as it is swapped there.

use super::scan::Scan;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Component, Path, PathBuf},
};

/// The most links that a path may lead through.
const MAX_LINKS: usize = 40;

/// The folders that are watched, each with what identifies it.
#[derive(Default)]
pub(super) struct Armed(BTreeMap<PathBuf, u64>);

impl Armed {
    /// Watches what there is to watch now. What cannot be watched is left to the next look at everything.
    pub(super) fn arm(&mut self, watcher: &mut RecommendedWatcher, roots: &[PathBuf], scan: &Scan) {
        let mut wanted: BTreeSet<PathBuf> = scan.folders.clone();
        wanted.extend(roots.iter().flat_map(|root| anchors(root)));
        let wanted: BTreeMap<PathBuf, u64> =
            wanted.into_iter().filter_map(|path| Some((path.clone(), identity(&path)?))).collect();
        // A folder that was removed and made again has the same path, and no watch.
        let gone: Vec<PathBuf> = self
            .0
            .iter()
            .filter(|(path, identity)| wanted.get(*path) != Some(*identity))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            self.0.remove(&path);
            // Whatever is gone already needs no end of its watch.
            drop(watcher.unwatch(&path));
        }
        for (path, identity) in wanted {
            if !self.0.contains_key(&path) && watcher.watch(&path, RecursiveMode::NonRecursive).is_ok() {
                self.0.insert(path, identity);
            }
        }
    }
}

/// What tells a folder from another one of the same path.
fn identity(path: &Path) -> Option<u64> {
    let metadata = path.metadata().ok()?;
    #[cfg(unix)]
    let identity = std::os::unix::fs::MetadataExt::ino(&metadata);
    #[cfg(not(unix))]
    let identity = u64::from(metadata.is_dir());
    Some(identity)
}

/// The folders in which something can be swapped that leads to `root`: those of the links on the way, and the
/// one that `root` stands in.
fn anchors(root: &Path) -> Vec<PathBuf> {
    let Ok(absolute) = std::path::absolute(root) else { return Vec::new() };
    let parts = |path: &Path| -> VecDeque<PathBuf> {
        path.components().map(|part| PathBuf::from(part.as_os_str())).collect()
    };
    let mut anchors = Vec::new();
    let (mut left, mut here, mut links) = (parts(&absolute), PathBuf::new(), 0);
    while let Some(part) = left.pop_front() {
        if part.components().next() == Some(Component::ParentDir) {
            here.pop();
            continue;
        }
        let folder = here.clone();
        here.push(&part);
        let Ok(target) = here.read_link() else { continue };
        links += 1;
        if links > MAX_LINKS {
            break;
        }
        let mut way = parts(&folder.join(target));
        way.append(&mut left);
        left = way;
        anchors.push(folder);
        here = PathBuf::new();
    }
    let parent = here.ancestors().skip(1).find(|folder| folder.is_dir());
    anchors.extend(parent.map(Path::to_owned));
    anchors
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn links_are_watched_where_they_stand() {
        let folder = std::env::temp_dir().join(format!("engine-arm-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("versions/one/pipelines")).unwrap();
        let folder = folder.canonicalize().unwrap();
        std::os::unix::fs::symlink("versions/one", folder.join("current")).unwrap();
        let found = anchors(&folder.join("current/pipelines"));
        assert_eq!(found, [folder.clone(), folder.join("versions/one")]);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
