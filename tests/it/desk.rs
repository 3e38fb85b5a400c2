//! The desk: the real program on a free port, asked over HTTP and in a real browser.

mod browser;
mod gate;
mod hostile;
mod office;
mod pages;
mod seen;
mod signed;
