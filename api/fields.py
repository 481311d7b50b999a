"""Types of single fields that requests share."""

from typing import Annotated, Literal

from msgspec import Meta

# Postgres keeps no NUL character, so none is let in. Blanks around an id are no part of it.
Id = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]
Text = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Price = Annotated[float, Meta(ge=0, description="Inclusive, in the product's currency.")]
Diversity = Literal["none", "low", "medium", "high"]
