//! Puts the pages of docs/diagnostics into the binary, for `engine explain`.

use std::{
    env, fs,
    io::{Error, Result},
    path::{Path, PathBuf},
};

fn main() -> Result<()> {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| Error::other("cargo names the package"))?;
    let out =
        env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo names the folder for what is made"))?;
    let folder = Path::new(&manifest).join("../../docs/diagnostics");
    let mut pages = Vec::new();
    for area in sorted(&folder)? {
        if !area.is_dir() {
            continue;
        }
        announce(&area);
        for page in sorted(&area)? {
            let (Some(area), Some(words)) = (area.file_name(), page.file_stem()) else { continue };
            let code = format!("{}/{}", area.to_string_lossy(), words.to_string_lossy());
            let path = page.canonicalize()?;
            announce(&path);
            let path = path.to_string_lossy();
            pages.push(format!("({code:?}, include_str!({path:?})),\n"));
        }
    }
    announce(&folder);
    let list = format!("const PAGES: &[(&str, &str)] = &[\n{}];\n", pages.concat());
    fs::write(Path::new(&out).join("pages.rs"), list)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn announce(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}
