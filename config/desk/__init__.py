"""The desk: what every page of the staff's face has, and Today."""
