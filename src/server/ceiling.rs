//! How many connections there is room for. Each takes up to two descriptors, its socket and the
//! file that is sent on it, and where each has a thread, memory maps and address space for it.
//!
//! Running out of descriptors or threads is an error that can be answered. Running out of
//! memory maps is not: the runtime ends the process when a new thread gets no alternate signal
//! stack. So what holds is known before the first connection is accepted.

/// Something the system gives only so much of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    /// What it is, and where it is set.
    pub(crate) what: &'static str,
    /// How much there may be.
    pub(crate) most: u64,
    /// How much is in use.
    pub(crate) used: u64,
    /// How much one connection takes.
    pub(crate) each: u64,
    /// How much is kept for everything that is no connection.
    pub(crate) spare: u64,
}

impl Limit {
    fn connections(&self) -> u64 {
        let left = self
            .most
            .saturating_sub(self.used.saturating_add(self.spare));
        left / self.each.max(1)
    }
}

/// How many connections may be open at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ceiling {
    /// So many.
    pub connections: usize,
    /// How many were asked for, and what there is too little of for that.
    pub lowered: Option<(usize, &'static str)>,
}

impl Ceiling {
    /// What was asked for, where nothing is known to stand in its way.
    pub(crate) const fn as_asked(connections: usize) -> Self {
        Self {
            connections,
            lowered: None,
        }
    }

    /// As many of those that were asked for as all of `limits` leave room for, and one at least.
    pub(crate) fn under(asked: usize, limits: &[Limit]) -> Self {
        let Some(lowest) = limits.iter().min_by_key(|limit| limit.connections()) else {
            return Self::as_asked(asked);
        };
        let holds = usize::try_from(lowest.connections()).unwrap_or(usize::MAX);
        if holds >= asked {
            return Self::as_asked(asked);
        }
        Self {
            connections: holds.max(1),
            lowered: Some((asked, lowest.what)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(what: &'static str, [most, used, each, spare]: [u64; 4]) -> Limit {
        Limit {
            what,
            most,
            used,
            each,
            spare,
        }
    }

    #[test]
    fn the_lowest_limit_is_what_holds() {
        let maps = limit("maps", [65_530, 130, 4, 1400]);
        let files = limit("files", [40_000, 10, 2, 40]);
        let both = [files, maps];
        let lowered = |connections, asked, what| Ceiling {
            connections,
            lowered: Some((asked, what)),
        };
        assert_eq!(
            Ceiling::under(20_000, &both),
            lowered(16_000, 20_000, "maps")
        );
        assert_eq!(Ceiling::under(16_000, &both), Ceiling::as_asked(16_000));
        assert_eq!(Ceiling::under(1024, &[]), Ceiling::as_asked(1024));
    }

    #[test]
    fn limits_of_any_size_leave_one_connection_at_least() {
        for numbers in [
            [0; 4],
            [10, 20, 1, 5],
            [10, 0, 0, 20],
            [5, u64::MAX, 1, u64::MAX],
        ] {
            let ceiling = Ceiling::under(5, &[limit("any", numbers)]);
            assert_eq!(ceiling.connections, 1, "{numbers:?}");
        }
        let endless = limit("any", [u64::MAX, 0, 1, 0]);
        assert_eq!(Ceiling::under(5, &[endless]), Ceiling::as_asked(5));
    }
}
