//! Where agents work.
