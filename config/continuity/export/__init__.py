"""Everything in open formats: what a department takes along when it leaves this product."""
