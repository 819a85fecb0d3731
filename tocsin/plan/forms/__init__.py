"""The form of a plan: closed keys and types, as pydantic models. What a name means is not asked here."""
