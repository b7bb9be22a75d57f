"""Opening a closed compartment in an emergency: with a reason, for hours, seen by others at once and reviewed."""
