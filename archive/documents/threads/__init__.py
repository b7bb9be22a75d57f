"""The thread of a record on paper: what its page shows in excerpts, whole, to print or to save."""
