"""How fast 500 pictures are fetched and packed, beside other ways to do it, in one run on one machine."""
