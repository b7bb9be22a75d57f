"""Looking at the audit: a page with search, and a review of every week that somebody signs."""
