//! extents: an allocator in Rust, and the protocol without the C harness (PROTOCOL.md). Standard library only:
//! `rustc -O -o extents extents.rs`.
//!
//! The owners of page frames are kept as extents in a tree, by their first page frame:
//!
//!     0 ├── free ──┤ 16 ├─ caller ─┤ 20 ├──── free ────┤ 64        { 0: (16, Free), 16: (20, Caller), 20: (64, Free) }
//!
//! Contiguous allocations take the lowest run that fits, in the bitmap zone. Single pages take the lowest page frame of the stack
//! zone and, when that has none left, of the bitmap zone. Misuse panics. Page frames hold no data, and are not checked.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

const PAGE: u128 = 4096;
/// One past the last page frame that a physical address of 52 bits can name.
const FRAMES: u128 = 1 << 40;

#[derive(Clone, Copy, PartialEq)]
pub enum Owner {
    Absent,
    Firmware,
    Boot,
    Free,
    Caller,
}

impl Owner {
    fn name(self) -> &'static str {
        match self {
            Owner::Absent => "absent",
            Owner::Firmware => "firmware",
            Owner::Boot => "boot",
            Owner::Free => "pmm",
            Owner::Caller => "caller",
        }
    }

    fn is_freeable(self) -> bool {
        self == Owner::Caller || self == Owner::Boot
    }
}

/// A misuse: the page frame to blame, if there is one, and its owner.
pub struct Misuse {
    pub blamed: Option<(u128, Owner)>,
    pub text: &'static str,
}

/// Page frames [first, end) of one owner each, by their first. Page frames in no extent are absent. Neighbours are joined.
#[derive(Default)]
pub struct Frames {
    extents: BTreeMap<u128, (u128, Owner)>,
    pub limit: u128,
    pub total: u128,
    pub free: u128,
}

impl Frames {
    /// Returns the owner of a page frame, and where its extent ends.
    fn at(&self, frame: u128) -> (Owner, u128) {
        if let Some((_, &(end, owner))) = self.extents.range(..=frame).next_back() {
            if frame < end {
                return (owner, end);
            }
        }
        let next = self.extents.range(frame..).next();
        (Owner::Absent, next.map_or(FRAMES, |(&first, _)| first))
    }

    /// Gives [first, end) to an owner.
    pub fn give(&mut self, first: u128, end: u128, owner: Owner) {
        if first == end {
            return;
        }
        let below = if first > 0 { self.at(first - 1).0 } else { Owner::Absent };
        self.cut(first);
        self.cut(end);
        let covered: Vec<u128> = self.extents.range(first..end).map(|(&at, _)| at).collect();
        for at in covered {
            let (until, was) = self.extents.remove(&at).expect("it was found");
            self.free -= if was == Owner::Free { until - at } else { 0 };
        }
        self.free += if owner == Owner::Free { end - first } else { 0 };
        let (above, until) = self.at(end);
        let mut joined = (first, end);
        if below == owner {
            let (&at, _) = self.extents.range(..first).next_back().expect("it owns the page frame below");
            self.extents.remove(&at);
            joined.0 = at;
        }
        if above == owner {
            self.extents.remove(&end);
            joined.1 = until;
        }
        self.extents.insert(joined.0, (joined.1, owner));
    }

    /// Divides the extent that covers a page frame, so that one starts there.
    fn cut(&mut self, frame: u128) {
        if let Some((&first, &(end, owner))) = self.extents.range(..frame).next_back() {
            if end > frame {
                self.extents.insert(first, (frame, owner));
                self.extents.insert(frame, (end, owner));
            }
        }
    }

    /// Returns the lowest free run of [from, to) that starts at a multiple.
    fn find(&self, from: u128, to: u128, count: u128, multiple: u128) -> Option<u128> {
        self.extents.iter().find_map(|(&first, &(end, owner))| {
            let start = first.max(from).div_ceil_by(multiple);
            (owner == Owner::Free && start + count <= end.min(to)).then_some(start)
        })
    }

    fn take(&mut self, from: u128, to: u128, count: u128, multiple: u128) -> Option<u128> {
        let first = self.find(from, to, count, multiple)?;
        self.give(first, first + count, Owner::Caller);
        Some(first)
    }

    pub fn alloc(&mut self) -> Option<u128> {
        let limit = self.limit;
        self.take(limit, FRAMES, 1, 1).or_else(|| self.take(0, limit, 1, 1))
    }

    pub fn alloc_pages(&mut self, count: u128) -> Option<Vec<u128>> {
        (count <= self.free).then(|| (0..count).map(|_| self.alloc().expect("enough are free")).collect())
    }

    pub fn alloc_bitmap(&mut self, count: u128, max_addr: u128, alignment: u128) -> Option<u128> {
        let multiple = alignment.div_ceil_by(PAGE) / PAGE;
        let to = self.limit.min(max_addr / PAGE);
        if count == 0 { None } else { self.take(0, to, count, multiple.max(1)) }
    }

    /// Frees regions, all or none.
    pub fn free(&mut self, regions: &[(u128, u128)]) -> Result<(), Misuse> {
        for (i, &(first, count)) in regions.iter().enumerate() {
            let mut frame = first;
            while frame < first + count {
                let (owner, end) = self.at(frame);
                if !owner.is_freeable() {
                    return Err(Misuse { blamed: Some((frame, owner)), text: "a page frame may not be freed" });
                }
                frame = end;
            }
            let is_twice = |&(other, n): &(u128, u128)| other < first + count && first < other + n;
            if regions[..i].iter().any(is_twice) {
                return Err(Misuse { blamed: Some((first, self.at(first).0)), text: "a page frame is named twice" });
            }
        }
        for &(first, count) in regions {
            self.give(first, first + count, Owner::Free);
        }
        Ok(())
    }
}

/// Rounds up to a multiple.
trait DivCeilBy {
    fn div_ceil_by(self, multiple: u128) -> u128;
}

impl DivCeilBy for u128 {
    fn div_ceil_by(self, multiple: u128) -> u128 {
        (self + multiple - 1) / multiple * multiple
    }
}

/// A running program: the manager, and the addresses that each allocating call handed out.
#[derive(Default)]
struct Program {
    frames: Frames,
    base: u128,
    results: Vec<Vec<u128>>,
}

fn number(word: &str) -> u128 {
    let digits = word.strip_prefix("0x");
    digits.map_or_else(|| word.parse(), |hex| u128::from_str_radix(hex, 16)).expect("a number")
}

impl Program {
    fn address(&self, frame: u128) -> u128 {
        self.base + frame * PAGE
    }

    /// Returns the address that "b[3]+0x10" or "0x1000" stands for, or None if result b has no page 3.
    fn resolve(&self, word: &str) -> Option<u128> {
        if word.starts_with("0x") {
            return Some(number(word));
        }
        let letters = word.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(word.len());
        let ordinal = word[..letters].bytes().fold(0, |n, letter| n * 26 + usize::from(letter - b'a') + 1) - 1;
        let (page, rest) = match word[letters..].strip_prefix('[') {
            Some(inner) => inner.split_once(']').map(|(digits, rest)| (digits.parse().expect("a page"), rest))?,
            None => (0, &word[letters..]),
        };
        let start = *self.results.get(ordinal)?.get::<usize>(page)?;
        let bytes = if rest.is_empty() { 0 } else { number(&rest[1..]) };
        let named = if rest.starts_with('-') { start.wrapping_sub(bytes) } else { start + bytes };
        Some(named & u128::from(u64::MAX))
    }

    fn frame(&self, address: u128) -> Result<u128, Misuse> {
        let frame = address.checked_sub(self.base).map(|physical| physical / PAGE);
        frame
            .filter(|&frame| frame < FRAMES)
            .ok_or(Misuse { blamed: None, text: "the address is none of the higher half" })
    }

    fn region(&self, address: u128, count: u128) -> Result<(u128, u128), Misuse> {
        Ok(if count == 0 { (0, 0) } else { (self.frame(address)?, count) })
    }

    /// Returns the first words of the answer to an allocation.
    fn handed_out(&mut self, word: &str, frames: Option<Vec<u128>>, shown: usize) -> String {
        let addresses: Vec<u128> = frames.iter().flatten().map(|&frame| self.address(frame)).collect();
        let text: String = addresses.iter().take(shown).map(|address| format!(" {address:#x}")).collect();
        let is_granted = frames.is_some();
        self.results.push(addresses);
        if is_granted { format!("{word}{text}") } else { "failed".into() }
    }

    fn allocate(&mut self, call: &str, words: &[&str]) -> String {
        let asked: Vec<u128> = words.iter().map(|word| number(word)).collect();
        match call {
            "alloc" => {
                let frame = self.frames.alloc();
                self.handed_out("address", frame.map(|first| vec![first]), 1)
            }
            "allocPages" => {
                let frames = self.frames.alloc_pages(asked[0]);
                self.handed_out("addresses", frames, usize::MAX)
            }
            _ => {
                let run = self.frames.alloc_bitmap(asked[0], asked[1], asked[2]);
                self.handed_out("address", run.map(|first| (first..first + asked[0]).collect()), 1)
            }
        }
    }

    /// Frees the pages that words name. None if a word names a page that its result does not have.
    fn release(&mut self, call: &str, words: &[&str]) -> Option<Result<(), Misuse>> {
        let named = if call == "freePages" { words } else { &words[..1] };
        let addresses: Vec<u128> = named.iter().map(|word| self.resolve(word)).collect::<Option<_>>()?;
        let count = if call == "freeRegion" { number(words[1]) } else { 1 };
        let regions: Result<Vec<_>, Misuse> = addresses.iter().map(|&a| self.region(a, count)).collect();
        Some(regions.and_then(|regions| self.frames.free(&regions)))
    }

    /// Answers one call.
    fn answer(&mut self, out: &mut impl Write, call: &str, words: &[&str]) -> io::Result<()> {
        let (total, free) = (self.frames.total, self.frames.free);
        let said = match call {
            "totalAmount" => format!("amount {total}"),
            "freeAmount" => format!("amount {free}"),
            "reservedAmount" => format!("amount {}", total - free),
            "init" => "done".into(),
            _ if call.starts_with("alloc") => self.allocate(call, words),
            _ => match self.release(call, words) {
                None => return writeln!(out, "skip"),
                Some(Ok(())) => "done".into(),
                Some(Err(Misuse { blamed, text })) => {
                    writeln!(out, "says {text}")?;
                    blamed.map_or("panic - -".into(), |(frame, owner)| format!("panic {frame} {}", owner.name()))
                }
            },
        };
        let errno = if said == "failed" { "ENOMEM" } else { "-" };
        if said == "failed" {
            writeln!(out, "warn {call}: refused, {free} page frames are free")?;
        }
        let free = self.frames.free;
        writeln!(out, "{said} {errno} {total} {free} {}", total - free)
    }

    fn configure(&mut self, words: &[&str]) {
        self.base = number(words[0]);
        self.frames.limit = number(words[1]) / PAGE;
    }

    fn add(&mut self, words: &[&str]) {
        let owner = match words[0] {
            "1" | "3" | "4" | "7" => Owner::Free,
            "2" | "9" => Owner::Boot,
            "5" | "6" | "10" => Owner::Firmware,
            _ => return,
        };
        let (first, pages) = (number(words[1]) / PAGE, number(words[2]));
        self.frames.total += pages;
        self.frames.give(first, first + pages, owner);
    }
}

fn main() -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut program = Program::default();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        match words[0] {
            "frameproof" => {
                let profile = r#"{"policies": ["first-fit"], "singlePages": "stack-zone-first"}"#;
                write!(out, "target 1\nprofile {profile}\nready\n")?;
                out.flush()?;
            }
            "limit" => {}
            "config" => program.configure(&words[1..]),
            "map" => program.add(&words[1..]),
            "end" => {
                writeln!(out, "end")?;
                out.flush()?;
                program = Program::default();
            }
            call => program.answer(&mut out, call, &words[1..])?,
        }
    }
    Ok(())
}
