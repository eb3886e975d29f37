"""Downloads the pictures and packs them into one archive."""
