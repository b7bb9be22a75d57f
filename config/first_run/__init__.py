"""The first run of a live state: whoever has the code of the terminal founds it; the people then set up the rest."""
