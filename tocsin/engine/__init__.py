"""The engine: plan, state and command in; events or a refusal out. Standard library only, no clock, no chance, no I/O."""
