"""Packages that leave the house: the BagIt bundle, its seal and proofs, and the program that checks it without us."""
