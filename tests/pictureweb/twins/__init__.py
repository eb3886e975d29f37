"""The other engines, as they answer: one file each. What goes wrong with one is a word of the query: `bing:403`."""
