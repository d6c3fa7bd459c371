//! The report that CI systems read.

use super::run::Ran;
use crate::{
    error::{CommandError, Result},
    exit::Exit,
};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::{path::Path, time::Duration};

/// Writes a report: one suite per pipeline.
pub(super) fn write(file: &Path, ran: &[Ran<'_>], took: Duration) -> Result<()> {
    let mut report = Report::new("engine test");
    report.set_time(took);
    let mut suites: Vec<TestSuite> = Vec::new();
    for test in ran {
        let name = &test.pipeline.name;
        if suites.last().is_none_or(|suite| suite.name.as_str() != name) {
            suites.push(TestSuite::new(name.as_str()));
        }
        if let Some(suite) = suites.last_mut() {
            suite.add_test_case(case(test));
        }
    }
    report.add_test_suites(suites);
    let failed = |error: String| {
        let message = format!("`{}` cannot be written: {error}", file.display());
        CommandError::new(Exit::Failed, "command/not-writable", message)
    };
    let text = report.to_string().map_err(|error| failed(error.to_string()))?;
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
    }
    std::fs::write(file, text).map_err(|error| failed(error.to_string()))
}

fn case(test: &Ran<'_>) -> TestCase {
    let status = if test.passed() {
        TestCaseStatus::success()
    } else {
        let lines: Vec<String> = test.differences.iter().map(ToString::to_string).collect();
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(lines.first().map(String::as_str).unwrap_or_default());
        status.set_type("difference");
        status.set_description(format!("{}\nat {}", lines.join("\n"), test.place()));
        status
    };
    let mut case = TestCase::new(test.test.name.as_str(), status);
    case.set_classname(format!("{}.{}", test.pipeline.name, test.test.entity));
    case.set_time(test.took);
    case
}
