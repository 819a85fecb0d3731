"""People, organisations, access, keys, sign-in, audit and the directory of who holds what."""
