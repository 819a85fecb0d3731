"""What the plan's nouns do, one file each: what a command on them causes, and what follows by itself."""
