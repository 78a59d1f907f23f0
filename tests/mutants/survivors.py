"""Generated mutants that no test kills, each with the argument why none can. The names are those that generated.py --list prints."""

SURVIVORS = {}
