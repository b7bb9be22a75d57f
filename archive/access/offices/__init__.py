"""Who holds which office when: appointing and ending, deputies, absences, designations, the department's own list."""
