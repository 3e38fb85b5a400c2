//! The desk: the real program on a free port, asked over HTTP and in a real browser.

mod away;
mod browser;
mod doors;
mod forged;
mod gate;
mod hostile;
mod invited;
mod laid;
mod load;
mod office;
mod pages;
mod seen;
mod signed;
