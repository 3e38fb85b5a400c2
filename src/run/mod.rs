//! Runs a plan: schedules its checks, tells what happens, folds what happened into a report.
